-- Forgets what strangers are told: the trust page is as it was before anybody chose.
DROP TABLE public_choice;
