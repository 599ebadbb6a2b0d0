"""Forms of protocols as pages: drawn, read back, and their answers shown.

`typed` is what somebody wrote, `answers` what it means, `widgets` how it is asked.
"""
