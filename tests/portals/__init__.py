"""Replicas of real portals, built from what is publicly known of them. They share no constant with the collectors."""
