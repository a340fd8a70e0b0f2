"""When and where people meet; invitations and answers. Uses atagande_agreements."""
