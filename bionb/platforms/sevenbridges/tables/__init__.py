"""Figures of tasks, storage and costs."""
