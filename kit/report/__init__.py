"""What the reports say: functions from an edition's figures to blocks.

Read ``context`` first, then ``annual``.
"""
