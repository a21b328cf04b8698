"""What every widget needs: the shared runtime, typed messages, requests, and live publishing."""
