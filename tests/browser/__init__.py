"""JupyterLab in a headless browser, used as a person would."""
