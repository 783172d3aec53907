"""What HTTP asks of every request and answer, whatever they are about."""
