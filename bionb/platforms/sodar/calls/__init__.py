"""What SODAR can be asked, one module a group of endpoints."""
