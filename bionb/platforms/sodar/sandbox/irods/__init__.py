"""The sandbox's iRODS: collections and files in memory, and their door, which is a WebDAV server."""
