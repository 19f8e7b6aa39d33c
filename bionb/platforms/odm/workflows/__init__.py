"""What takes several calls: building a study, waiting for jobs, telling what links left out."""
