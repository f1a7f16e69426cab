"""The audit: does a function compute its definition, how accurately, and on which smallest input does it fail?"""
