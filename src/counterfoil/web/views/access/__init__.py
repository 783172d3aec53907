"""What pages get about how a person and their programs are let in."""
