"""What people fill in and look at: the judge's form and page, the committee's screens, and widgets for analysts.

Read ``view`` first, then ``judge_form``; ``widget`` carries its messages in a notebook, ``web`` on a page.
"""
