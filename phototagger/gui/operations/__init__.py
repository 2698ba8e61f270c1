"""What the person can ask for: one function an action - what to run, what to say, what to offer.
An action may come in; a widget may not.
"""
