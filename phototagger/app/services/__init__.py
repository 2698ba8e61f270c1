"""What window and command line are given: one small class a subject, each over the session.
A new subject may come in; parts are made, lent and closed in ``app.session`` alone.
"""
