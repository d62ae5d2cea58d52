//! An OpenRouter on loopback for tests: scripted answers, faults and recordings.
