"""What ltsys does, one verb a module. Knows ports, not products."""
