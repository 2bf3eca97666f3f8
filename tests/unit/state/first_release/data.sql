-- What the release before schema versions left in the data store of a session.
BEGIN TRANSACTION;
CREATE TABLE dmp_association (
	id INTEGER NOT NULL,
	type VARCHAR NOT NULL,
	source VARCHAR NOT NULL,
	target VARCHAR NOT NULL,
	statuses VARCHAR NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE dmp_authorisation (
	matricule VARCHAR NOT NULL,
	holder VARCHAR NOT NULL,
	value VARCHAR NOT NULL,
	PRIMARY KEY (matricule, holder)
);
INSERT INTO "dmp_authorisation" VALUES('160012B02077713','899700090055','VALIDE');
INSERT INTO "dmp_authorisation" VALUES('160012B02077713','899700090014','VALIDE');
INSERT INTO "dmp_authorisation" VALUES('160012B02077713','899700090022','VALIDE');
CREATE TABLE dmp_document (
	unique_id VARCHAR NOT NULL,
	repository_id VARCHAR NOT NULL,
	mime_type VARCHAR NOT NULL,
	size INTEGER NOT NULL,
	content BLOB NOT NULL,
	PRIMARY KEY (unique_id)
);
CREATE TABLE dmp_entry (
	entry_uuid VARCHAR NOT NULL,
	lid VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	unique_id VARCHAR NOT NULL,
	matricule VARCHAR NOT NULL,
	status VARCHAR NOT NULL,
	is_signature BOOLEAN NOT NULL,
	submission VARCHAR NOT NULL,
	rank INTEGER NOT NULL,
	value VARCHAR NOT NULL,
	PRIMARY KEY (entry_uuid)
);
CREATE TABLE dmp_patient (
	matricule VARCHAR NOT NULL,
	status VARCHAR NOT NULL,
	mt VARCHAR NOT NULL,
	feed_opposed BOOLEAN NOT NULL,
	breaking_opposed BOOLEAN NOT NULL,
	emergency_opposed BOOLEAN NOT NULL,
	PRIMARY KEY (matricule)
);
INSERT INTO "dmp_patient" VALUES('160012B02077713','actif','899700090055',0,0,0);
INSERT INTO "dmp_patient" VALUES('297022A02077878','actif','899700090055',0,0,0);
INSERT INTO "dmp_patient" VALUES('236066322083656','actif','899700090055',0,0,0);
CREATE TABLE dmp_submission (
	entry_uuid VARCHAR NOT NULL,
	unique_id VARCHAR NOT NULL,
	matricule VARCHAR NOT NULL,
	submission_time VARCHAR NOT NULL,
	author VARCHAR NOT NULL,
	PRIMARY KEY (entry_uuid),
	UNIQUE (unique_id)
);
CREATE TABLE dmp_visit (
	matricule VARCHAR NOT NULL,
	holder VARCHAR NOT NULL,
	at VARCHAR NOT NULL,
	PRIMARY KEY (matricule, holder)
);
CREATE TABLE eprescription_answer (
	"key" VARCHAR NOT NULL,
	digest VARCHAR NOT NULL,
	status INTEGER NOT NULL,
	body BLOB NOT NULL,
	PRIMARY KEY ("key")
);
CREATE TABLE eprescription_execution (
	receipt VARCHAR NOT NULL,
	numero VARCHAR NOT NULL,
	position INTEGER NOT NULL,
	structure VARCHAR NOT NULL,
	actor VARCHAR NOT NULL,
	at VARCHAR NOT NULL,
	seed_age INTEGER NOT NULL,
	dispenses VARCHAR NOT NULL,
	cancelled BOOLEAN NOT NULL,
	PRIMARY KEY (receipt),
	FOREIGN KEY(numero) REFERENCES eprescription_prescription (numero)
);
CREATE TABLE eprescription_prescription (
	numero VARCHAR NOT NULL,
	prescriber VARCHAR NOT NULL,
	structure VARCHAR NOT NULL,
	matricule VARCHAR NOT NULL,
	root VARCHAR NOT NULL,
	prescribed_at VARCHAR NOT NULL,
	valid_until VARCHAR NOT NULL,
	seed_age INTEGER NOT NULL,
	seed_validity INTEGER NOT NULL,
	authored_on VARCHAR NOT NULL,
	"group" VARCHAR NOT NULL,
	kinds VARCHAR NOT NULL,
	lines VARCHAR NOT NULL,
	dispenser VARCHAR NOT NULL,
	cancelled BOOLEAN NOT NULL,
	holder VARCHAR NOT NULL,
	holder_actor VARCHAR NOT NULL,
	secret VARCHAR NOT NULL,
	held_at VARCHAR NOT NULL,
	PRIMARY KEY (numero)
);
INSERT INTO "eprescription_prescription" VALUES('99SIMU0000000001OK','899700090055','10B0990033','256036330091838','1.2.250.1.213.1.4.8','','',2,365,'','','[]','[{"id": "1", "name": "METFORMINE BIOGARAN 1000 mg, comprimé pelliculé", "posology": "1 comprimé matin et soir au cours des repas", "quantity": 2, "repeats": 2, "cis": "67346461", "cip13": "3400939718330", "lpp": "", "days": 30, "no_substitution": "", "flags": ["MED-574"]}, {"id": "2", "name": "KARDEGIC 75 mg, poudre pour solution buvable en sachet-dose", "posology": "1 sachet par jour", "quantity": 1, "repeats": 2, "cis": "64755969", "cip13": "3400934744198", "lpp": "", "days": 30, "no_substitution": "", "flags": ["MED-574"]}, {"id": "3", "name": "TAHOR 20 mg, comprimé pelliculé", "posology": "1 comprimé le soir", "quantity": 1, "repeats": 2, "cis": "69902323", "cip13": "3400934306815", "lpp": "", "days": 28, "no_substitution": "", "flags": []}]','',0,'','','','');
CREATE TABLE insi_deposit (
	number VARCHAR NOT NULL,
	ready VARCHAR NOT NULL,
	results VARCHAR NOT NULL,
	PRIMARY KEY (number)
);
CREATE TABLE insi_forced (
	matricule VARCHAR NOT NULL,
	conforms BOOLEAN NOT NULL,
	PRIMARY KEY (matricule)
);
CREATE TABLE insi_person (
	matricule VARCHAR NOT NULL,
	oid VARCHAR NOT NULL,
	birth_name VARCHAR NOT NULL,
	first_names VARCHAR NOT NULL,
	sex VARCHAR NOT NULL,
	birth_date VARCHAR NOT NULL,
	birth_place VARCHAR NOT NULL,
	name_key VARCHAR NOT NULL,
	year VARCHAR NOT NULL,
	PRIMARY KEY (matricule)
);
CREATE TABLE insi_setting (
	name VARCHAR NOT NULL,
	value INTEGER NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE mss_content (
	id INTEGER NOT NULL,
	octets BLOB NOT NULL,
	PRIMARY KEY (id)
);
INSERT INTO "mss_content" VALUES(1,X'5375626A6563743A20780D0A0D0A636F727073');
CREATE TABLE mss_folder (
	id INTEGER NOT NULL,
	mailbox VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	special_use VARCHAR NOT NULL,
	uidvalidity INTEGER NOT NULL,
	uidnext INTEGER NOT NULL,
	modseq INTEGER NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (mailbox, name)
);
INSERT INTO "mss_folder" VALUES(1,'pharmacie@lgo.mssante.fr','INBOX','',1767571200,2,2);
INSERT INTO "mss_folder" VALUES(2,'pharmacie@lgo.mssante.fr','Archive','\Archive',1767571201,1,1);
INSERT INTO "mss_folder" VALUES(3,'pharmacie@lgo.mssante.fr','Drafts','\Drafts',1767571202,1,1);
INSERT INTO "mss_folder" VALUES(4,'pharmacie@lgo.mssante.fr','Junk','\Junk',1767571203,1,1);
INSERT INTO "mss_folder" VALUES(5,'pharmacie@lgo.mssante.fr','Sent','\Sent',1767571204,1,1);
INSERT INTO "mss_folder" VALUES(6,'pharmacie@lgo.mssante.fr','Trash','\Trash',1767571205,1,1);
CREATE TABLE mss_message (
	id INTEGER NOT NULL,
	folder_id INTEGER NOT NULL,
	uid INTEGER NOT NULL,
	content_id INTEGER NOT NULL,
	size INTEGER NOT NULL,
	received VARCHAR NOT NULL,
	flags VARCHAR NOT NULL,
	recent BOOLEAN NOT NULL,
	modseq INTEGER NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (folder_id, uid),
	FOREIGN KEY(folder_id) REFERENCES mss_folder (id),
	FOREIGN KEY(content_id) REFERENCES mss_content (id)
);
INSERT INTO "mss_message" VALUES(1,1,1,1,19,'2026-01-05T00:00:00+00:00','',1,2);
CREATE TABLE mss_subscription (
	mailbox VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	PRIMARY KEY (mailbox, name)
);
INSERT INTO "mss_subscription" VALUES('pharmacie@lgo.mssante.fr','INBOX');
INSERT INTO "mss_subscription" VALUES('pharmacie@lgo.mssante.fr','Archive');
INSERT INTO "mss_subscription" VALUES('pharmacie@lgo.mssante.fr','Drafts');
INSERT INTO "mss_subscription" VALUES('pharmacie@lgo.mssante.fr','Junk');
INSERT INTO "mss_subscription" VALUES('pharmacie@lgo.mssante.fr','Sent');
INSERT INTO "mss_subscription" VALUES('pharmacie@lgo.mssante.fr','Trash');
CREATE TABLE psc_api_token (
	"key" VARCHAR NOT NULL,
	access BOOLEAN NOT NULL,
	sid VARCHAR NOT NULL,
	client_id VARCHAR NOT NULL,
	national_id VARCHAR NOT NULL,
	scope VARCHAR NOT NULL,
	audience VARCHAR NOT NULL,
	issuer VARCHAR NOT NULL,
	confirmation VARCHAR NOT NULL,
	acr VARCHAR NOT NULL,
	auth_time INTEGER NOT NULL,
	auth_mode VARCHAR NOT NULL,
	created FLOAT NOT NULL,
	lifetime INTEGER NOT NULL,
	iat INTEGER NOT NULL,
	PRIMARY KEY ("key")
);
CREATE TABLE psc_ciba_request (
	digest VARCHAR NOT NULL,
	id VARCHAR NOT NULL,
	client_id VARCHAR NOT NULL,
	national_id VARCHAR NOT NULL,
	scope VARCHAR NOT NULL,
	issuer VARCHAR NOT NULL,
	digits VARCHAR NOT NULL,
	means VARCHAR NOT NULL,
	mode VARCHAR NOT NULL,
	source VARCHAR NOT NULL,
	state VARCHAR NOT NULL,
	pushed FLOAT NOT NULL,
	interval INTEGER NOT NULL,
	polled FLOAT NOT NULL,
	told VARCHAR NOT NULL,
	PRIMARY KEY (digest)
);
CREATE TABLE psc_client (
	client_id VARCHAR NOT NULL,
	title VARCHAR NOT NULL,
	secret VARCHAR NOT NULL,
	space VARCHAR NOT NULL,
	redirect_uris VARCHAR NOT NULL,
	post_logout_uris VARCHAR NOT NULL,
	loopback_any_port BOOLEAN NOT NULL,
	certificate_ou VARCHAR NOT NULL,
	certificate_cn VARCHAR NOT NULL,
	ciba BOOLEAN NOT NULL,
	api_scopes VARCHAR NOT NULL,
	PRIMARY KEY (client_id)
);
INSERT INTO "psc_client" VALUES('lgo-demo','LGO de démonstration','secret-lgo-demo','communautaire','["http://127.0.0.1:8765/callback"]','["http://127.0.0.1:8765/logged-out"]',1,'','',1,'[]');
INSERT INTO "psc_client" VALUES('lgo-mtls','LGO de l''espace de confiance','','confiance','["http://127.0.0.1:8765/callback"]','["http://127.0.0.1:8765/logged-out"]',0,'10B0990017','lgo.sandbox.test',1,'["insi", "dmp", "eprescription"]');
CREATE TABLE psc_code (
	digest VARCHAR NOT NULL,
	client_id VARCHAR NOT NULL,
	redirect_uri VARCHAR NOT NULL,
	sid VARCHAR NOT NULL,
	scope VARCHAR NOT NULL,
	state VARCHAR NOT NULL,
	nonce VARCHAR NOT NULL,
	code_challenge VARCHAR NOT NULL,
	code_challenge_method VARCHAR NOT NULL,
	issuer VARCHAR NOT NULL,
	created FLOAT NOT NULL,
	used BOOLEAN NOT NULL,
	mutations VARCHAR NOT NULL,
	PRIMARY KEY (digest)
);
CREATE TABLE psc_ecps_mode (
	national_id VARCHAR NOT NULL,
	mode VARCHAR NOT NULL,
	PRIMARY KEY (national_id)
);
CREATE TABLE psc_login (
	sid VARCHAR NOT NULL,
	cookie VARCHAR NOT NULL,
	national_id VARCHAR NOT NULL,
	auth_time INTEGER NOT NULL,
	auth_mode VARCHAR NOT NULL,
	created FLOAT NOT NULL,
	used FLOAT NOT NULL,
	ended BOOLEAN NOT NULL,
	PRIMARY KEY (sid)
);
CREATE TABLE psc_login_request (
	id VARCHAR NOT NULL,
	request VARCHAR NOT NULL,
	issuer VARCHAR NOT NULL,
	browser VARCHAR NOT NULL,
	csrf VARCHAR NOT NULL,
	created FLOAT NOT NULL,
	state VARCHAR NOT NULL,
	national_id VARCHAR NOT NULL,
	digits VARCHAR NOT NULL,
	pushed FLOAT NOT NULL,
	means VARCHAR NOT NULL,
	mode VARCHAR NOT NULL,
	mutations VARCHAR NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE psc_retired_key (
	number VARCHAR NOT NULL,
	since FLOAT NOT NULL,
	PRIMARY KEY (number)
);
CREATE TABLE psc_token (
	"key" VARCHAR NOT NULL,
	access BOOLEAN NOT NULL,
	jti VARCHAR NOT NULL,
	sid VARCHAR NOT NULL,
	client_id VARCHAR NOT NULL,
	scope VARCHAR NOT NULL,
	nonce VARCHAR NOT NULL,
	issuer VARCHAR NOT NULL,
	created FLOAT NOT NULL,
	lifetime INTEGER NOT NULL,
	iat INTEGER NOT NULL,
	exp INTEGER NOT NULL,
	revoked BOOLEAN NOT NULL,
	mutations VARCHAR NOT NULL,
	PRIMARY KEY ("key")
);
CREATE TABLE psc_use (
	"key" VARCHAR NOT NULL,
	operation VARCHAR NOT NULL,
	since FLOAT NOT NULL,
	times INTEGER NOT NULL,
	PRIMARY KEY ("key", operation)
);
CREATE INDEX ix_psc_login_request_created ON psc_login_request (created);
CREATE INDEX ix_psc_login_request_national_id ON psc_login_request (national_id);
CREATE INDEX ix_psc_ciba_request_id ON psc_ciba_request (id);
CREATE INDEX ix_psc_ciba_request_national_id ON psc_ciba_request (national_id);
CREATE INDEX ix_psc_ciba_request_pushed ON psc_ciba_request (pushed);
CREATE INDEX ix_psc_ciba_request_client_id ON psc_ciba_request (client_id);
CREATE INDEX ix_psc_login_cookie ON psc_login (cookie);
CREATE INDEX ix_psc_login_created ON psc_login (created);
CREATE INDEX ix_psc_code_created ON psc_code (created);
CREATE INDEX psc_code_state ON psc_code (client_id, state);
CREATE INDEX psc_code_nonce ON psc_code (client_id, nonce);
CREATE INDEX ix_psc_token_created ON psc_token (created);
CREATE INDEX psc_token_of_login ON psc_token (sid, created);
CREATE INDEX ix_psc_api_token_created ON psc_api_token (created);
CREATE INDEX ix_psc_api_token_sid ON psc_api_token (sid);
CREATE INDEX insi_person_key ON insi_person (name_key, sex, year);
CREATE INDEX ix_dmp_entry_lid ON dmp_entry (lid);
CREATE INDEX ix_dmp_entry_matricule ON dmp_entry (matricule);
CREATE INDEX ix_dmp_entry_unique_id ON dmp_entry (unique_id);
CREATE INDEX ix_dmp_submission_matricule ON dmp_submission (matricule);
CREATE INDEX ix_dmp_association_source ON dmp_association (source);
CREATE INDEX ix_dmp_association_target ON dmp_association (target);
CREATE INDEX ix_eprescription_prescription_prescribed_at ON eprescription_prescription (prescribed_at);
CREATE INDEX ix_eprescription_prescription_matricule ON eprescription_prescription (matricule);
CREATE INDEX ix_eprescription_prescription_group ON eprescription_prescription ("group");
CREATE INDEX ix_eprescription_execution_numero ON eprescription_execution (numero);
CREATE INDEX ix_mss_folder_mailbox ON mss_folder (mailbox);
CREATE INDEX ix_mss_message_content ON mss_message (content_id);
INSERT INTO "insi_deposit" VALUES('LOT-1','2026-01-01T00:00:00+00:00','[["1", true]]');
COMMIT;
