"""The rules of ltsys: pure, boring and complete. Imports only the standard library."""
