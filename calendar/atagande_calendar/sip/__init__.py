"""SIP: booked in 60 minutes at the prescribing clinic, without a word about the person."""
