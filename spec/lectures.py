"""The five lecture documents that the catalogue answers for."""

from .language.claims import Lecture

PETIUSHKO = Lecture("petiushko", "Introduction to Deep Learning Theory", "Aleksandr Petiushko", "en")
ZHAO = Lecture("zhao", "Deep Learning", "David Zhao", "en")
LEKCE2 = Lecture("lekce2", "Lekce 2", "unnamed", "cs")
AVSEC = Lecture("avsec", "First Principles of Deep Learning", "Steve Avsec", "en")
NGO = Lecture("ngo", "Logistic Regression", "Ngo Huy Bien", "en")

LECTURES = (PETIUSHKO, ZHAO, LEKCE2, AVSEC, NGO)
