"""What people fill in and look at: the judge's form and page, the committee's screens, and widgets for analysts.

Read ``view`` first: what a screen is, whoever carries its messages; then ``judge_form``. ``widget`` carries them in a
notebook, ``web`` on a page, and ``front_end`` joins the scripts and styles.

``judge_page`` is the judges' server, which they enter by a link (``access``). ``present`` is the committee's:
``stage``, ``plenary_screen`` and ``progress_screen`` are made of ``topics``, and ``checklist`` is the administrative
selection. The other modules are widgets of notebooks, made of ``controls`` and ``grid``.
"""
