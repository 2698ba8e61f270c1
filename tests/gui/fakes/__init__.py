"""The program behind the window, in memory: one small fake a service."""
