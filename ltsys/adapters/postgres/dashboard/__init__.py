"""What the dashboard's pages read, each page from one snapshot (`ltsys.ports.dashboard`)."""
