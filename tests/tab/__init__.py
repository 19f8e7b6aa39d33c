"""The way of a browser tab: no sockets, no threads, Python as WebAssembly."""
