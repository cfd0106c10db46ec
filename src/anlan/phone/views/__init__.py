"""The guard's phone: raise an alarm, answer one, work off what is mine."""
