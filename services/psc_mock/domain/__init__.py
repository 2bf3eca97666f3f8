"""The rules of Pro Santé Connect as pure functions: clients, authorization requests, lifetimes, claims, identity.

Knows the codes; knows no framework, no store, no clock: moments are arguments, in seconds of age time.
"""
