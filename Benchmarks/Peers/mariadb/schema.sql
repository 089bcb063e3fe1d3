-- The race in MariaDB: two tables, and the rule as a procedure that takes a row lock on the term.

CREATE DATABASE IF NOT EXISTS race;
USE race;
DROP TABLE IF EXISTS enrollment, term;

CREATE TABLE term (
    id INT PRIMARY KEY,
    capacity INT NOT NULL,
    enrolled_count INT NOT NULL DEFAULT 0
) ENGINE = InnoDB;

CREATE TABLE enrollment (
    id BIGINT AUTO_INCREMENT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    term_id INT NOT NULL,
    live TINYINT NULL DEFAULT 1,  -- NULL when it no longer counts, so that the key below allows a second one
    status TINYINT NOT NULL DEFAULT 1,
    applied_at DATETIME(6) NOT NULL DEFAULT NOW(6),
    processed_at DATETIME(6) NOT NULL DEFAULT NOW(6),
    created_at DATETIME(6) NOT NULL DEFAULT NOW(6),
    updated_at DATETIME(6) NOT NULL DEFAULT NOW(6),
    UNIQUE KEY enrollment_live (user_id, term_id, live),
    KEY enrollment_term (term_id)
) ENGINE = InnoDB;

INSERT INTO term VALUES (1000000, 1000000, 0);

DELIMITER //
CREATE OR REPLACE PROCEDURE apply_lock(IN person BIGINT, IN wanted INT)
BEGIN
    DECLARE seats, taken INT;
    DECLARE answer INT DEFAULT 0;
    START TRANSACTION;
    SELECT capacity, enrolled_count INTO seats, taken FROM term WHERE id = wanted FOR UPDATE;
    IF EXISTS (SELECT 1 FROM enrollment WHERE user_id = person AND term_id = wanted AND live = 1) THEN
        SET answer = 1;
    ELSEIF taken >= seats THEN
        SET answer = 2;
    ELSE
        INSERT INTO enrollment (user_id, term_id) VALUES (person, wanted);
        UPDATE term SET enrolled_count = enrolled_count + 1 WHERE id = wanted;
    END IF;
    COMMIT;
    SELECT answer;
END //
DELIMITER ;
