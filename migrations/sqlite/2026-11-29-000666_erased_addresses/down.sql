-- Forgets which addresses were erased: notes may ask for letters to them again.
DROP TABLE erased_address;
