"""ODM's endpoints: one module a group, side by side on one small object."""
