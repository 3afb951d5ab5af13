BEGIN TRANSACTION;
CREATE TABLE events (
        number INTEGER PRIMARY KEY,
        chain TEXT NOT NULL,
        link INTEGER NOT NULL,
        time TEXT NOT NULL,
        actor TEXT NOT NULL,
        kind TEXT NOT NULL,
        round TEXT NOT NULL,
        judge_id TEXT NOT NULL,
        entry_id TEXT NOT NULL,
        criterion TEXT NOT NULL,
        value TEXT NOT NULL,
        text TEXT NOT NULL,
        event_id TEXT,
        seals BIGINT NOT NULL,
        hash TEXT NOT NULL,
        UNIQUE (chain, link)
    );
INSERT INTO "events" VALUES(1,'committee',1,'2025-10-27T02:05:00.000000+00:00','committee','rules_locked','','','','','','{"rules":"…"}',NULL,3133145274306230706,'5665b306cad23352661e1771fc6547ae15597d610806ed84fb2ea91646ea67d0');
INSERT INTO "events" VALUES(2,'committee',2,'2025-10-27T02:06:00.000000+00:00','committee','round_opened','proposal','','','','','',NULL,5169618133911008100,'b7c88def1742462bdf5793a9643f608c3fbca2373654066d1ca1f25096829d33');
INSERT INTO "events" VALUES(3,'J1',1,'2025-10-27T02:07:00.000000+00:00','J1','mark','proposal','J1','E1','K1','4','',NULL,3661106079477427476,'15c5dfe5bc25a3d3b47cf9db96ce2f80adaf5fbfbfc0c256be5d921c913dac98');
INSERT INTO "events" VALUES(4,'J2',1,'2025-10-27T02:08:00.000000+00:00','J2','mark','proposal','J2','E1','K1','3.5','',NULL,1361614113746052805,'42322711e82d566a362b4d7962afe07a679257f77fe96fc467d4af3d3f9b2595');
INSERT INTO "events" VALUES(5,'J1',2,'2025-10-27T02:09:00.000000+00:00','J1','mark','proposal','J1','E2','K1','2','',NULL,8663430398427357303,'ff5bd66a8429bd52a0582483b9abb2823154e5e8d4ffa612eefa4e467ccc6af8');
INSERT INTO "events" VALUES(6,'J2',2,'2025-10-27T02:10:00.000000+00:00','J2','comment','proposal','J2','E1','entrant','','Bagus, tetapi "mahal".
Periksa lagi.',NULL,6213864184590686760,'1df77518a8bd9deabfbba3d5b4a09d771fa61f01bc7082e248f25efad11b1244');
INSERT INTO "events" VALUES(7,'J1',3,'2025-10-27T02:11:00.000000+00:00','J1','mark','proposal','J1','E2','K1','','',NULL,2718683601253454810,'739b243f6297adc56d9dfcf33059b8d46273088c5350d432ebb0b4e2350cfac0');
INSERT INTO "events" VALUES(8,'committee',3,'2025-10-27T02:12:00.000000+00:00','committee','round_closed','proposal','','','','','{"remark":"semua lembar lengkap","heads":{"J1":[3,"739b243f6297adc56d9dfcf33059b8d46273088c5350d432ebb0b4e2350cfac0"],"J2":[2,"1df77518a8bd9deabfbba3d5b4a09d771fa61f01bc7082e248f25efad11b1244"],"committee":[2,"b7c88def1742462bdf5793a9643f608c3fbca2373654066d1ca1f25096829d33"]}}',NULL,5856121111522823563,'2a63a149f2aa9fed8c4153f6ffec77ab1edd8d2e1d28080a1a8d19d68d904c65');
INSERT INTO "events" VALUES(9,'committee',4,'2025-10-27T02:13:00.000000+00:00','committee','admission','','','E1','','eligible','',NULL,1290364610734671677,'2a95a722816484d48bb0da934b2f66a3e995e55997f8922872ca2af83eddb5ac');
INSERT INTO "events" VALUES(10,'committee',5,'2025-10-27T02:14:00.000000+00:00','committee','tie_ruling','final','','','','E1>E2','rapat pleno',NULL,7644624562296635631,'142a29fa83d79b1814f04f34e53ee52b87c3fea85d6fb674e438dd06abea064e');
CREATE TABLE ledger_versions (version INTEGER PRIMARY KEY, applied TEXT NOT NULL);
INSERT INTO "ledger_versions" VALUES(1,'2026-11-24T00:17:50.150025+00:00');
CREATE UNIQUE INDEX events_sent ON events (event_id) WHERE event_id IS NOT NULL;
CREATE INDEX events_rounds ON events (round, number, kind) WHERE substr(kind, 1, 6) = 'round_';
CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events_stay'); END;
CREATE TRIGGER events_remain BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events_remain'); END;
CREATE TRIGGER events_follow BEFORE INSERT ON events WHEN 
    NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM events)
    OR NEW.link <> (SELECT coalesce(max(link), 0) + 1 FROM events WHERE chain = NEW.chain)
    OR NEW.event_id IS NOT NULL AND EXISTS (SELECT 1 FROM events WHERE event_id = NEW.event_id)
 BEGIN SELECT RAISE(ABORT, 'events_follow'); END;
CREATE TRIGGER events_in_round BEFORE INSERT ON events WHEN 
    (NEW.kind = 'mark' OR NEW.kind = 'comment' OR NEW.kind = 'submitted' OR NEW.kind = 'round_closed'
        OR NEW.kind = 'recusal' AND NEW.round <> '') AND coalesce(
    (SELECT kind FROM events WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_'
        ORDER BY number DESC LIMIT 1)
, '') <> 'round_opened'
    OR NEW.kind = 'round_opened' AND coalesce(
    (SELECT kind FROM events WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_'
        ORDER BY number DESC LIMIT 1)
, '') = 'round_opened'
    OR NEW.kind = 'round_opened' AND trim(NEW.text, ' 	
') = '' AND 
    (SELECT kind FROM events WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_'
        ORDER BY number DESC LIMIT 1)
 IS NOT NULL
 BEGIN SELECT RAISE(ABORT, 'events_in_round'); END;
COMMIT;
