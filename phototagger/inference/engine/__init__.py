"""The process that decodes and runs networks, who is to blame for its death, and its twin in this process.
How work reaches the networks may come in; what they compute may not.
"""
