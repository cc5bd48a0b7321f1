"""Pure decisions: no clock, no chance, no network, standard library only."""
