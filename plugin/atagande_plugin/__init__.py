"""How people and the office suite reach the service: web, API, mail, jobs, command line."""
