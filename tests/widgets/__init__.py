"""The widgets, driven without a browser: set a value, press a button, look at what is shown."""
