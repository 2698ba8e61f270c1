"""Ground truth: what is known of photos, in the layouts people keep it in.
A new layout may come in.
"""
