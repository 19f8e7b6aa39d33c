"""Where sets come from and go to: folder, zip, JSON export, Excel."""
