"""What is asked, and what a right answer is.

Owns the form language: publishing a workbook, the frozen definition, the live interview, the submission it
yields. Pure: knows no network, no database and no screen; the clock is passed in.
"""
