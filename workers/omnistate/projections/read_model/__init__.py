"""The read model: what changes and totals come to, for boards, desktops and routers."""
