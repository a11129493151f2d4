DROP TABLE auditor_confirmation;
DROP TABLE bridge_letter;
