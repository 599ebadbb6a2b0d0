"""What a person authorises to be disclosed: from whom, to whom, what, until when."""
