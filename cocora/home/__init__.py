"""The front door: dashboards"""
