-- What the release before schema versions left in the core store of a session.
BEGIN TRANSACTION;
CREATE TABLE core_counter (
	name VARCHAR NOT NULL,
	value INTEGER NOT NULL,
	PRIMARY KEY (name)
);
INSERT INTO "core_counter" VALUES('ids',1);
CREATE TABLE core_exchange (
	seq INTEGER NOT NULL,
	id VARCHAR NOT NULL,
	service VARCHAR NOT NULL,
	door VARCHAR NOT NULL,
	operation VARCHAR NOT NULL,
	transport VARCHAR NOT NULL,
	started VARCHAR NOT NULL,
	age VARCHAR NOT NULL,
	duration_ms FLOAT NOT NULL,
	peer VARCHAR NOT NULL,
	certificate VARCHAR NOT NULL,
	target VARCHAR NOT NULL,
	request_headers TEXT NOT NULL,
	request_body BLOB NOT NULL,
	request_size INTEGER NOT NULL,
	status INTEGER NOT NULL,
	response_headers TEXT NOT NULL,
	response_body BLOB NOT NULL,
	response_size INTEGER NOT NULL,
	outcome VARCHAR NOT NULL,
	summary TEXT NOT NULL,
	facts TEXT NOT NULL,
	fault VARCHAR NOT NULL,
	findings INTEGER NOT NULL,
	weight INTEGER NOT NULL,
	PRIMARY KEY (seq),
	UNIQUE (id)
);
INSERT INTO "core_exchange" VALUES(1,'x1e847f8f8786','insi','insi','x','http','2026-11-28T00:06:00.158+00:00','2026-11-28T00:06:00.158+00:00',0.0,'','','','[]',X'00FF3C612F3E',6,200,'[]',X'',0,'answered','','{}','',0,1030);
CREATE TABLE core_fault (
	id VARCHAR NOT NULL,
	service VARCHAR NOT NULL,
	operation VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	value VARCHAR NOT NULL,
	client VARCHAR NOT NULL,
	remaining INTEGER,
	PRIMARY KEY (id)
);
INSERT INTO "core_fault" VALUES('f1','insi','*','status','503','*',2);
CREATE TABLE core_finding (
	id INTEGER NOT NULL,
	exchange VARCHAR NOT NULL,
	seq INTEGER NOT NULL,
	check_id VARCHAR NOT NULL,
	severity VARCHAR NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE core_marker (
	id INTEGER NOT NULL,
	at VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	subject VARCHAR NOT NULL,
	detail TEXT NOT NULL,
	PRIMARY KEY (id)
);
INSERT INTO "core_marker" VALUES(1,'2026-01-01T00:00:00+00:00','document validé','d1','{}');
CREATE TABLE core_observation (
	check_id VARCHAR NOT NULL,
	requirements TEXT NOT NULL,
	passed INTEGER NOT NULL,
	failed INTEGER NOT NULL,
	failing TEXT NOT NULL,
	passing TEXT NOT NULL,
	PRIMARY KEY (check_id)
);
CREATE TABLE core_value (
	name VARCHAR NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (name)
);
INSERT INTO "core_value" VALUES('config','{"seed": "graine", "clock": {"wire": "real", "segments": []}, "options": {"insi.gateway": "former"}, "spec_versions": {}, "declarations": {}, "personas": []}');
CREATE INDEX core_exchange_service ON core_exchange (service, operation);
CREATE INDEX ix_core_finding_exchange ON core_finding (exchange);
COMMIT;
