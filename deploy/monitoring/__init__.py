"""What watches omnistate: alerts and dashboards as tables of code, and the files made of them."""
