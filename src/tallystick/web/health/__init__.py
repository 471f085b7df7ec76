"""Health for whoever runs the process: is it alive, and may it be given requests?"""
