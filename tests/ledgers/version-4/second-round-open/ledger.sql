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
INSERT INTO "events" VALUES(1,'committee',1,'2025-10-20T01:05:00.000000+00:00','committee','rules_locked','','','','','','{"document":"{\"categories\":[{\"id\":\"a\",\"name\":\"A\"},{\"id\":\"b\",\"name\":\"B\"}],\"edition\":2025,\"final\":{\"awards\":[{\"names\":[\"Juara I\",\"Juara II\"],\"scope\":\"group\"},{\"names\":[\"Terbaik\"],\"scope\":\"overall\"}],\"score\":[{\"by\":\"weighted_mean\",\"over\":\"rounds\",\"round\":2,\"weights\":{\"r1\":40,\"r2\":60}}],\"ties\":[{\"by\":\"round\",\"of\":\"r2\"},{\"by\":\"judges_decide\"}]},\"groups\":[{\"id\":\"G1\",\"name\":\"Satu\",\"unit_types\":[\"Dinas\"]},{\"id\":\"G2\",\"name\":\"Dua\",\"unit_types\":[\"Kelurahan\"]}],\"objection_days\":3,\"organiser\":\"Kota Contoh\",\"retention_years\":5,\"rounds\":[{\"id\":\"berkas\",\"items\":[{\"id\":\"surat\",\"name\":\"Surat usulan\"}],\"kind\":\"checklist\",\"name\":\"Seleksi\"},{\"advance\":{\"places\":2,\"scope\":\"group\"},\"criteria\":[{\"id\":\"baru\",\"name\":\"baru\",\"weight\":40},{\"id\":\"guna\",\"name\":\"guna\",\"weight\":60}],\"id\":\"r1\",\"min_judges\":1,\"name\":\"Proposal\",\"scale\":{\"high\":5,\"low\":1,\"step\":\"0.5\"},\"score\":[{\"by\":\"weighted_mean\",\"over\":\"criteria\"},{\"by\":\"mean\",\"over\":\"judges\",\"round\":2}],\"ties\":[{\"by\":\"criteria\",\"of\":[\"guna\"]},{\"by\":\"judges_decide\"}],\"weights_total\":100},{\"id\":\"r2\",\"min_judges\":1,\"name\":\"Presentasi\",\"scale\":{\"high\":100,\"low\":0,\"step\":\"0.1\"},\"score\":[{\"by\":\"mean\",\"over\":\"judges\",\"round\":2}],\"ties\":[{\"by\":\"judges_decide\"}]}],\"title\":{\"en\":\"Sample Contest\",\"id\":\"Kompetisi Contoh\"}}","registers":{"assignments":"0fe8434a239d39037a8c6e7f5be395e2045f5429a746cb287438e29527409df7","entries":"3e3d17341fd9c5b8829fb3ac810efcb6f6a642aaac6bd235e823ff272ce83f6e","judges":"1a11e60f0dbdd550e4aceee4d6c6ee7dc452360637329e6e2603204445df0513","units":"ef3ec7675e133cc7b9988c97b6319df3034462d7446d6d6abb285879edcbf882"},"rules":"5b873fb9014435c2493e2ae31a57f29c2b0443c7602481a16708b77590a7193a"}',NULL,901380853500180914,'2c3c516cd383edd4b2a1f83e71525fdd4b5fe4a2409c60fd44c6d8cf81a56b0d');
INSERT INTO "events" VALUES(2,'committee',2,'2025-10-20T01:05:00.000000+00:00','committee','round_opened','berkas','','','','','',NULL,6173613875476231012,'b37acc7d64a401a378745b35ea427807d75f5517405b35543dd8427c23d96d4e');
INSERT INTO "events" VALUES(3,'committee',3,'2025-10-20T01:07:00.000000+00:00','SEK-1','checked','berkas','','E1','surat','yes','',NULL,4307339612143381782,'ddcf6aa58dcc689749a1501078a85855db5288f69d2e77c29cb258065d6b270b');
INSERT INTO "events" VALUES(4,'committee',4,'2025-10-20T01:07:00.000000+00:00','SEK-1','admission','','','E1','','eligible','',NULL,6747855203575129800,'91b64868b3bc2eedad67c6a0e9651affabaf689fedc5b9c98e7fb8cfb8836b3b');
INSERT INTO "events" VALUES(5,'committee',5,'2025-10-20T01:09:00.000000+00:00','SEK-1','checked','berkas','','E2','surat','yes','',NULL,4651512602798940282,'bb1dc36416647f66cea7464387ffcc7968897d1c823d22f2166b2c248d2d61b0');
INSERT INTO "events" VALUES(6,'committee',6,'2025-10-20T01:09:00.000000+00:00','SEK-1','admission','','','E2','','eligible','',NULL,2805445773902010924,'b00d17cffefecf8ac9df819115426e789b0de6f23e797ed5393dfb02179eb3fc');
INSERT INTO "events" VALUES(7,'committee',7,'2025-10-20T01:11:00.000000+00:00','SEK-1','checked','berkas','','E3','surat','yes','',NULL,6178026430885286878,'90ff5b21c1949ca7aa3e141ffd3727dbc9c5d80b9dcd2e1553b64f29c7d7a9a8');
INSERT INTO "events" VALUES(8,'committee',8,'2025-10-20T01:11:00.000000+00:00','SEK-1','admission','','','E3','','eligible','',NULL,3737792314433326480,'47b2dca499b19444ad62d5afe689e380b7b552a71d49e8f77b576271f549a796');
INSERT INTO "events" VALUES(9,'committee',9,'2025-10-20T01:13:00.000000+00:00','SEK-1','checked','berkas','','E4','surat','yes','',NULL,3898707550674306882,'4c4355b68ea53b28574b267bdf415f2797e7572ced7bb2782683a0f9f361565e');
INSERT INTO "events" VALUES(10,'committee',10,'2025-10-20T01:13:00.000000+00:00','SEK-1','admission','','','E4','','eligible','',NULL,5798791186819498228,'d5af6c783a5de8ae8bec5773119223c185ad30e13b7c534facb6433a4843a24b');
INSERT INTO "events" VALUES(11,'committee',11,'2025-10-20T01:15:00.000000+00:00','SEK-1','checked','berkas','','E5','surat','yes','',NULL,2534193202848742054,'d91cb5d658b19562873065a090b881795a57fd6ed058cbfdf1b04864b09df6b9');
INSERT INTO "events" VALUES(12,'committee',12,'2025-10-20T01:15:00.000000+00:00','SEK-1','admission','','','E5','','eligible','',NULL,4992468106092328024,'0e4208201d49a7c6d449c878ba7fa2e6b6acf59bfdb0e515ecd8eb066c0f4d3c');
INSERT INTO "events" VALUES(13,'committee',13,'2025-10-20T01:17:00.000000+00:00','SEK-1','checked','berkas','','E6','surat','yes','',NULL,6368231540600679946,'286416923ac11d4a961643a7ab2b268580699cf4315cd8808cbdc7bb94588035');
INSERT INTO "events" VALUES(14,'committee',14,'2025-10-20T01:17:00.000000+00:00','SEK-1','admission','','','E6','','eligible','',NULL,4468429379431081916,'a2b570afa594be3852a281e51b6a4960e458cf15708b33dd1b94d84757bd0731');
INSERT INTO "events" VALUES(15,'committee',15,'2025-10-20T01:18:00.000000+00:00','committee','round_closed','berkas','','','','','{"remark":"","heads":{"committee":[14,"a2b570afa594be3852a281e51b6a4960e458cf15708b33dd1b94d84757bd0731"]}}',NULL,1275016356470727022,'d235e8c51d0f923dc848d9e95a69cd3bb13790a4ed617ffdc01974f2fe80b98a');
INSERT INTO "events" VALUES(16,'committee',16,'2025-10-20T01:19:00.000000+00:00','committee','round_opened','r1','','','','','',NULL,2689141866279443232,'e6ad9ad152ad8fbcf5baf2250c70b8dd909c8081cc68a903c260d881abfc1abe');
INSERT INTO "events" VALUES(17,'committee',17,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J1','E1','baru','4','',NULL,7982465742103581906,'e667e946330fbeb30e094f8b41229e2200225beaedb7ebe816065842195a2425');
INSERT INTO "events" VALUES(18,'committee',18,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J1','E1','guna','4','',NULL,4436870596013756036,'582e9376566a3bf204dfba2e465f442dea768f3e5aea86b26fabe158ef2fe1dc');
INSERT INTO "events" VALUES(19,'committee',19,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J1','E2','baru','4','',NULL,6499959030002092086,'b80d85880160d37424efb557fe5411ea3c6e8aff18acb43341a1039475364cab');
INSERT INTO "events" VALUES(20,'committee',20,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J1','E2','guna','4','',NULL,676096626323194344,'6ea25e6f8b92526115381bfb23b52cabf56684875a5567709b2fae1bb43204d0');
INSERT INTO "events" VALUES(21,'committee',21,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J1','E4','baru','5','',NULL,6852035847354383258,'3a54568fe93d076969c2de586376476aeedc09f4b123f98e832ce69db060a075');
INSERT INTO "events" VALUES(22,'committee',22,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J1','E4','guna','4.5','',NULL,4704733618772407628,'727fd4d533c89e44b91130c31cc976e69efb8c037a3e15f76144150d5c068cc7');
INSERT INTO "events" VALUES(23,'committee',23,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J1','E5','baru','2','',NULL,3827288155436609278,'30b534dc04d068de3cf5cfbbc73c1bc2bb059ca64db25695cce354767d3eac92');
INSERT INTO "events" VALUES(24,'committee',24,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J1','E5','guna','3','',NULL,760477546685098160,'6b921352f6fd9ac0bab474f2eb83d2fa14231f38910be0e85a890b3e7f63f09c');
INSERT INTO "events" VALUES(25,'committee',25,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J1','E6','baru','3','',NULL,7866471663419449954,'fd9f70b9d9a54a5db0c21ebd39236f0b39aa73c350660ce160ea8b7edeead11a');
INSERT INTO "events" VALUES(26,'committee',26,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J1','E6','guna','3','',NULL,4503272302238129172,'02decbaf091c5c62c77370b8bbd978191245d48aa00c21aca1fdd4cfe7032428');
INSERT INTO "events" VALUES(27,'committee',27,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J2','E1','baru','4','',NULL,1552803217846949318,'47af613f476d4c11fc4350a1cba03f939e607d3193156c7ac7cc159d27a3febb');
INSERT INTO "events" VALUES(28,'committee',28,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J2','E1','guna','4','',NULL,5105162559469735800,'76453298713b2d84bc5f042e8c50f430c093400fd1e08b9a65b5010e632be62d');
INSERT INTO "events" VALUES(29,'committee',29,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J2','E2','baru','4','',NULL,2413857161836284202,'9e4cc84196459f9588905003106bf00f1ec7bc2ed96c2bdd3f2605b2681b5a27');
INSERT INTO "events" VALUES(30,'committee',30,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J2','E2','guna','4','',NULL,8226451770352616156,'6b75b66563ace7347c395b2bb6e57934175ad226a4b424634f260d3b7fd9456f');
INSERT INTO "events" VALUES(31,'committee',31,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J2','E4','baru','4','',NULL,5231377698245819534,'39abba5c35871d2068c5f78e3bcd1e2c81e71b3b6ba5bc402da7b77fadfa95aa');
INSERT INTO "events" VALUES(32,'committee',32,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J2','E4','guna','4.5','',NULL,5034459563757090368,'242c5508ecf7062d21a68f604ceea0b48715e0b1985befe0e1e55f44d08d1d72');
INSERT INTO "events" VALUES(33,'committee',33,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J2','E5','baru','3','',NULL,2491482682757132274,'3494bc8d181d021607397e4f1f3b787b3370fc93e6bbfeababbb1ac00b584783');
INSERT INTO "events" VALUES(34,'committee',34,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J2','E5','guna','3','',NULL,8198242700032354724,'f31cc4aaf6056b77c9dc497399ff4f10d6a6d3a992619b58b8390337c16d8bd9');
INSERT INTO "events" VALUES(35,'committee',35,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J3','E1','baru','4','',NULL,53223289188098902,'538604f4c3f5be914b734ffae471d73f55cb8848928f06f352ef6dd374eae258');
INSERT INTO "events" VALUES(36,'committee',36,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J3','E1','guna','4','',NULL,6046243357775961352,'d9a56826493c306547c0cebab73ff75afc29fbea20771ed232e4e74e5f172ca7');
INSERT INTO "events" VALUES(37,'committee',37,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J3','E2','baru','4','',NULL,3768952466511795898,'27066a81823d00dadb01eda949dce3f746dacf7e4bd4f203bdc7fcda4c5ff401');
INSERT INTO "events" VALUES(38,'committee',38,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J3','E2','guna','4','',NULL,7429679674170282092,'ebae2328fc501adfab5ad84f6b42f441b891dfee575bb2d68143b6cbb87b8021');
INSERT INTO "events" VALUES(39,'committee',39,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J3','E4','baru','4.5','',NULL,390267583566416414,'05b229e3eca50dc009e4bb8aced4450c1627725253bd6a2f1a065a3c01e8b407');
INSERT INTO "events" VALUES(40,'committee',40,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J3','E4','guna','5','',NULL,7077594060722734032,'f0fa25f623e0e797d73ba4d1e4d9242c33b101d52820d7f4c1f387584dafe176');
INSERT INTO "events" VALUES(41,'committee',41,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J3','E5','baru','4','',NULL,3600951487833996674,'412c37eafbcc5109329e4aed3320b29d6fe49fda40fdb70e58918e81fbc2e023');
INSERT INTO "events" VALUES(42,'committee',42,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J3','E5','guna','3','',NULL,7275492959583860532,'47e804846b0a36c298a8fdd1e5b39393df672e9eaf67b19e6ca4fd9bb21a50e2');
INSERT INTO "events" VALUES(43,'committee',43,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J3','E6','baru','3','',NULL,239023162095923430,'d3afd23506e5125501e1d036a83a5bd1f99bbd2cfde53502bb7115d049229eee');
INSERT INTO "events" VALUES(44,'committee',44,'2025-10-20T01:20:00.000000+00:00','committee','mark','r1','J3','E6','guna','3','',NULL,5765920669250939544,'fcf570a6e1b8b5a3cdd9b6faec06cfe7913b943673a047831c4238816744ad31');
INSERT INTO "events" VALUES(45,'J1',1,'2025-10-20T01:21:00.000000+00:00','J1','mark','r1','J1','E3','baru','2','','J1/J1/a0',1293556282134914078,'8dfef446faa55c98a580871da3529f86cd826a53e49954cdc5f10851b590304f');
INSERT INTO "events" VALUES(46,'J1',2,'2025-10-20T01:21:00.000000+00:00','J1','mark','r1','J1','E3','guna','3.5','','J1/J1/a1',8662113775584271824,'15c0f50915545132cf451cc5028b07f18c001ae4e27b714161e1250e6cf2d0c6');
INSERT INTO "events" VALUES(47,'J1',3,'2025-10-20T01:21:00.000000+00:00','J1','comment','r1','J1','E3','entrant','','Bagus, tetapi "mahal".
Periksa lagi.','J1/J1/a2',115002962462332802,'254dd161364c304545f1a174578d13da0f205f46c5fdee07ae67f7a7c9ced12c');
INSERT INTO "events" VALUES(48,'J1',4,'2025-10-20T01:21:00.000000+00:00','J1','comment','r1','J1','E3','internal','','ragu','J1/J1/a3',8710729781716898100,'6819a3708afc932c51daba1c679b31024c974d5f5fbd7cd39ad4bd26b6f26603');
INSERT INTO "events" VALUES(49,'J1',5,'2025-10-20T01:22:00.000000+00:00','J1','mark','r1','J1','E3','baru','3','','J1/J1/b0',9022581279425448678,'0b540ac2d7a8195af637b4b56d3a5999d9724bc92aed09a355ffd6284f8a93fb');
INSERT INTO "events" VALUES(50,'J1',6,'2025-10-20T01:22:00.000000+00:00','J1','flag','r1','J1','E1','','on','','J1/J1/b1',2474136314995655832,'e58dac2ecbcf02f76393f07b87e0e683b0053a98b62afa0f6ff4e99574b242e6');
INSERT INTO "events" VALUES(51,'J1',7,'2025-10-20T01:22:00.000000+00:00','J1','flag','r1','J1','E1','','off','','J1/J1/b2',3693455127780081226,'1a6446058e3e22167dab0252bfcaed81d73f4db7b80d417e67b6ba02e8123ad6');
INSERT INTO "events" VALUES(52,'J1',8,'2025-10-20T01:23:00.000000+00:00','J1','submitted','r1','J1','E1','','','','J1/J1/kirim/E1',8730312573830084604,'6e1f9d63918d8e505a98a93df575099ac42cba4387e2fa9e574f57df60beae82');
INSERT INTO "events" VALUES(53,'J1',9,'2025-10-20T01:23:00.000000+00:00','J1','submitted','r1','J1','E3','','','','J1/J1/kirim/E3',6776335275738804654,'d4a60a57090db85cf607d1a18350351dc3ff69a11fdeee2f95998b476bb54b50');
INSERT INTO "events" VALUES(54,'committee',45,'2025-10-20T01:24:00.000000+00:00','SEK-1','typed','r1','J2','E3','baru','3','','J2/SEK-1/c0',1931159443931900803,'c544870a0af545bea818240ab3da85d4d3c5bdc474f92b68d03e556c17d81c62');
INSERT INTO "events" VALUES(55,'committee',46,'2025-10-20T01:24:00.000000+00:00','SEK-1','typed','r1','J2','E3','guna','3','','J2/SEK-1/c1',5303374800459867445,'02eef47176923a446b72d35dcc228088359aad7fea3df466e6a890a5a34acf83');
INSERT INTO "events" VALUES(56,'committee',47,'2025-10-20T01:25:00.000000+00:00','SEK-2','typed','r1','J2','E3','baru','3','','J2/SEK-2/c0',6946938288930463463,'1116dc1d8dd73264937f481ca30fbcb3b862c64811bb8d39e494dec05cea3ebd');
INSERT INTO "events" VALUES(57,'committee',48,'2025-10-20T01:25:00.000000+00:00','SEK-2','mark','r1','J2','E3','baru','3','','J2/SEK-2/c0/2',6568200513628280985,'1448584e3a64b96484ee928fad53da20200fe0bca6e53fa50100f9e8ae0ccc2c');
INSERT INTO "events" VALUES(58,'committee',49,'2025-10-20T01:25:00.000000+00:00','SEK-2','typed','r1','J2','E3','guna','3','','J2/SEK-2/c1',3692388268760994379,'a84f4cedd55bcd13394cc31f231f0efb5594e58e0fe46f0ada2e69d3405b69b8');
INSERT INTO "events" VALUES(59,'committee',50,'2025-10-20T01:25:00.000000+00:00','SEK-2','mark','r1','J2','E3','guna','3','','J2/SEK-2/c1/2',608948646150999037,'6e9977ef136e9be4ed4beb4c7621e457617f2546b75181cc799d09a06b59a740');
INSERT INTO "events" VALUES(60,'J3',1,'2025-10-20T01:26:00.000000+00:00','J3','mark','r1','J3','E3','baru','2.5','','J3/J3/d0',6130226863185888637,'6f20c3b9b966cb8bb990f41adf3f213de94aa663c787a862e5e257ec984697a5');
INSERT INTO "events" VALUES(61,'J3',2,'2025-10-20T01:26:00.000000+00:00','J3','mark','r1','J3','E3','guna','3','','J3/J3/d1',1970035503496953647,'df6566e630c5b438571c8c7ce06a5c29697043f903d968a163b1f9450a700168');
INSERT INTO "events" VALUES(62,'committee',51,'2025-10-20T01:27:00.000000+00:00','SEK-1','correction','','','E3','title','Peta Banjir Kota','salah ketik',NULL,7633425460032928017,'690acad44c437502f38e60ff7dd7415674742639c280cfa33a363bb832dcd2a9');
INSERT INTO "events" VALUES(63,'committee',52,'2025-10-20T01:28:00.000000+00:00','committee','round_closed','r1','','','','','{"remark":"","heads":{"J1":[9,"d4a60a57090db85cf607d1a18350351dc3ff69a11fdeee2f95998b476bb54b50"],"J3":[2,"df6566e630c5b438571c8c7ce06a5c29697043f903d968a163b1f9450a700168"],"committee":[51,"690acad44c437502f38e60ff7dd7415674742639c280cfa33a363bb832dcd2a9"]}}',NULL,2469811277170930371,'6fae3f9e9384117802e08b456ea77f1da95f7ace0d2f98ea601b7c3e43549746');
INSERT INTO "events" VALUES(64,'committee',53,'2025-10-20T01:29:00.000000+00:00','committee','round_plenary','r1','','','','','',NULL,7655310796900953205,'be222eb9577d4bae32e57e9576959cf33c5514a297a29884b0aef16e27994d5c');
INSERT INTO "events" VALUES(65,'committee',54,'2025-10-20T01:30:00.000000+00:00','committee','meeting','r1','','','place','','Aula Contoh',NULL,2973185108203660839,'d5ead3690d5791953fca63d8898c307520abc1a2c1d2a5b99471b41e1422c03d');
INSERT INTO "events" VALUES(66,'committee',55,'2025-10-20T01:31:00.000000+00:00','committee','attendance','r1','J1','','','present','',NULL,3221565509284487129,'5df7fa218494d544aab21b9e1843356f9a21b4a724477c44faa2103351948901');
INSERT INTO "events" VALUES(67,'committee',56,'2025-10-20T01:31:00.000000+00:00','committee','attendance','r1','J2','','','present','',NULL,6340660094958885259,'d77851c0f5ae32d1d208143579fc583a16f97e7d658bab8ac70d21b87abdfa44');
INSERT INTO "events" VALUES(68,'committee',57,'2025-10-20T01:31:00.000000+00:00','committee','attendance','r1','J3','','','present','',NULL,4814120141188780861,'6b3bfbc4c52e0ac9d302394781b9b866740645768e222843dc1b165dd5f1beec');
INSERT INTO "events" VALUES(69,'committee',58,'2025-10-20T01:32:00.000000+00:00','SEK-1','sheet_reopened','r1','J3','E4','','','salah tulis',NULL,527162535327288559,'9201310f657a9990f404eee6e9fa12fd0a91be2048123849bddaf6272e367e4a');
INSERT INTO "events" VALUES(70,'committee',59,'2025-10-20T01:33:00.000000+00:00','SEK-1','mark','r1','J3','E4','guna','4.5','','J3/SEK-1/e0',5176310875973961377,'b59acc1f534ef9141659852abfedff239e97cb732d612de85964cf1be96e39f0');
INSERT INTO "events" VALUES(71,'committee',60,'2025-10-20T01:34:00.000000+00:00','committee','tie_ruling','r1','','','','E6>E5','manfaat lebih luas',NULL,8266490288076406867,'dd08f61aed62b386e228458de44dd6e2b20853857702e1e666b956f63d200c54');
INSERT INTO "events" VALUES(72,'committee',61,'2025-10-20T01:35:00.000000+00:00','committee','round_decided','r1','','','','d8b6649039ccba4fce0ae53b3628610ff08e13f8dc33eeefcc5354a435944008','mufakat',NULL,5857258728813378053,'78a34d88fc216492a40eea75e52d5493ac183aa1f7c701464a0d6e9a97f630cb');
INSERT INTO "events" VALUES(73,'committee',62,'2025-10-20T01:36:00.000000+00:00','committee','round_published','r1','','','','1','{"fingerprint": "86d90382df227a15867cf7708d57b3b5a2408cd48e32fbd9bcf811a8d941d4d1", "ranking": "round,scope,scope_id,entry_id,score,rank,award,tie_broken_by,judges_counted,judges_required,state,last_round,tied\nr1,overall,overall,E4,4.50,1,,,3,3,result,r1,False\nr1,overall,overall,E1,4.00,2,,,3,3,result,r1,True\nr1,overall,overall,E2,4.00,2,,,3,3,result,r1,True\nr1,overall,overall,E3,3.03,4,,,3,3,result,r1,False\nr1,overall,overall,E6,3.00,5,,judges_decide,2,3,result,r1,False\nr1,overall,overall,E5,3.00,6,,judges_decide,3,3,result,r1,False\nr1,group,G1,E1,4.00,1,,,3,3,result,r1,True\nr1,group,G1,E2,4.00,1,,,3,3,result,r1,True\nr1,group,G1,E3,3.03,3,,,3,3,result,r1,False\nr1,group,G2,E4,4.50,1,,,3,3,result,r1,False\nr1,group,G2,E6,3.00,2,,judges_decide,2,3,result,r1,False\nr1,group,G2,E5,3.00,3,,judges_decide,3,3,result,r1,False\nr1,category,a,E4,4.50,1,,,3,3,result,r1,False\nr1,category,a,E1,4.00,2,,,3,3,result,r1,False\nr1,category,a,E5,3.00,3,,,3,3,result,r1,False\nr1,category,b,E2,4.00,1,,,3,3,result,r1,False\nr1,category,b,E3,3.03,2,,,3,3,result,r1,False\nr1,category,b,E6,3.00,3,,,2,3,result,r1,False\nr1,group_category,G1/a,E1,4.00,1,,,3,3,result,r1,False\nr1,group_category,G1/b,E2,4.00,1,,,3,3,result,r1,False\nr1,group_category,G1/b,E3,3.03,2,,,3,3,result,r1,False\nr1,group_category,G2/a,E4,4.50,1,,,3,3,result,r1,False\nr1,group_category,G2/a,E5,3.00,2,,,3,3,result,r1,False\nr1,group_category,G2/b,E6,3.00,1,,,2,3,result,r1,False\n"}',NULL,6912082650764260279,'3146f8c46a77baacabf95f56aab42e9933630985add4b291d0a07112178a26e6');
INSERT INTO "events" VALUES(74,'committee',63,'2025-10-20T01:37:00.000000+00:00','committee','draw','r2','','','G1','12345','E2 > E1',NULL,3930813812169059689,'4fc8e05a6dbabee5806d2fe04ac49293e9bb05e265a41b6ace5bc3fde6affc3b');
INSERT INTO "events" VALUES(75,'committee',64,'2025-10-20T01:38:00.000000+00:00','committee','round_opened','r2','','','','','',NULL,8402443753995937563,'a806f2c4a7f40c20228a17184ea1757f3c7cfa3dfe57d98c447642517c087364');
INSERT INTO "events" VALUES(76,'J1',10,'2025-10-20T01:39:00.000000+00:00','J1','mark','r2','J1','E1','mark','80','','J1/J1/f0',3979447912761925782,'68510eccbb1387d0f98930452366910007a447534c6f8fef542a51a2363d0403');
INSERT INTO "events" VALUES(77,'J1',11,'2025-10-20T01:39:00.000000+00:00','J1','comment','r2','J1','E1','entrant','','Jelas','J1/J1/f1',145837894799432264,'33d5ffd8cc30ca73afa357a22c6a1236d9f9fe7993c7de694ba8d7ee6698bccc');
INSERT INTO "events" VALUES(78,'J2',1,'2025-10-20T01:40:00.000000+00:00','J2','mark','r2','J2','E4','mark','88','','J2/J2/g0',2678372783983367151,'e4feb767b3e67866c3439e09d2a5fdca8fdb4f6006184c8489213a862db15c38');
INSERT INTO "events" VALUES(79,'committee',65,'2025-10-20T01:41:00.000000+00:00','SEK-1','typed','r2','J2','E1','mark','81','','J2/SEK-1/h0',7431076834132790752,'918a0fc6f226241974e618498ccbff2dbcfb05704314d82c9b02fb0af2653f43');
CREATE TABLE ledger_versions (version INTEGER PRIMARY KEY, applied TEXT NOT NULL);
INSERT INTO "ledger_versions" VALUES(1,'2025-10-20T01:01:00.000000+00:00');
INSERT INTO "ledger_versions" VALUES(2,'2025-10-20T01:02:00.000000+00:00');
INSERT INTO "ledger_versions" VALUES(3,'2025-10-20T01:03:00.000000+00:00');
INSERT INTO "ledger_versions" VALUES(4,'2025-10-20T01:04:00.000000+00:00');
CREATE UNIQUE INDEX events_sent ON events (event_id) WHERE event_id IS NOT NULL;
CREATE INDEX events_rounds ON events (round, number, kind) WHERE substr(kind, 1, 6) = 'round_';
CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events_stay'); END;
CREATE TRIGGER events_remain BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events_remain'); END;
CREATE TRIGGER events_follow BEFORE INSERT ON events WHEN 
    NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM events)
    OR NEW.link <> (SELECT coalesce(max(link), 0) + 1 FROM events WHERE chain = NEW.chain)
    OR NEW.event_id IS NOT NULL AND EXISTS (SELECT 1 FROM events WHERE event_id = NEW.event_id)
 BEGIN SELECT RAISE(ABORT, 'events_follow'); END;
CREATE VIEW current_marks AS
        SELECT number, time, round, judge_id, entry_id, criterion, value FROM events
        WHERE value <> '' AND number IN (
            SELECT max(number) FROM events WHERE kind = 'mark' GROUP BY round, judge_id, entry_id, criterion
        );
CREATE INDEX events_reopened ON events (round, judge_id, entry_id, number) WHERE kind = 'sheet_reopened';
CREATE TRIGGER events_in_round BEFORE INSERT ON events WHEN 
    ((NEW.kind = 'mark' OR NEW.kind = 'comment' OR NEW.kind = 'submitted' OR NEW.kind = 'flag' OR NEW.kind = 'typed' OR NEW.kind = 'substituted') OR NEW.kind = 'recusal' AND NEW.round <> '')
        AND coalesce(
    (SELECT kind FROM events WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_'
        ORDER BY number DESC LIMIT 1)
, '') <> 'round_opened'
        AND NOT ((NEW.kind = 'mark' OR NEW.kind = 'comment' OR NEW.kind = 'submitted' OR NEW.kind = 'flag' OR NEW.kind = 'typed') AND coalesce(
    (SELECT kind FROM events WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_'
        ORDER BY number DESC LIMIT 1)
, '') = 'round_plenary' AND 
    EXISTS (SELECT 1 FROM events WHERE kind = 'sheet_reopened' AND round = NEW.round AND judge_id = NEW.judge_id
        AND entry_id = NEW.entry_id AND number < NEW.number AND number > 
    (SELECT coalesce(max(number), 0) FROM events
        WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_')
)
)
    OR (NEW.kind = 'sheet_reopened' OR NEW.kind = 'meeting' OR NEW.kind = 'attendance' OR NEW.kind = 'dissent') AND coalesce(
    (SELECT kind FROM events WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_'
        ORDER BY number DESC LIMIT 1)
, '') <> 'round_plenary'
    OR substr(NEW.kind, 1, 6) = 'round_' AND (NEW.kind = 'round_opened' AND (NOT (coalesce(
    (SELECT kind FROM events WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_'
        ORDER BY number DESC LIMIT 1)
, '') = '' OR coalesce(
    (SELECT kind FROM events WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_'
        ORDER BY number DESC LIMIT 1)
, '') = 'round_closed' OR coalesce(
    (SELECT kind FROM events WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_'
        ORDER BY number DESC LIMIT 1)
, '') = 'round_plenary') OR (coalesce(
    (SELECT kind FROM events WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_'
        ORDER BY number DESC LIMIT 1)
, '') = 'round_closed' OR coalesce(
    (SELECT kind FROM events WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_'
        ORDER BY number DESC LIMIT 1)
, '') = 'round_plenary') AND trim(NEW.text, ' 	
') = '') OR NEW.kind = 'round_closed' AND (NOT (coalesce(
    (SELECT kind FROM events WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_'
        ORDER BY number DESC LIMIT 1)
, '') = 'round_opened') OR (1 = 0) AND trim(NEW.text, ' 	
') = '') OR NEW.kind = 'round_plenary' AND (NOT (coalesce(
    (SELECT kind FROM events WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_'
        ORDER BY number DESC LIMIT 1)
, '') = 'round_closed' OR coalesce(
    (SELECT kind FROM events WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_'
        ORDER BY number DESC LIMIT 1)
, '') = 'round_decided' OR coalesce(
    (SELECT kind FROM events WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_'
        ORDER BY number DESC LIMIT 1)
, '') = 'round_published') OR (coalesce(
    (SELECT kind FROM events WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_'
        ORDER BY number DESC LIMIT 1)
, '') = 'round_decided' OR coalesce(
    (SELECT kind FROM events WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_'
        ORDER BY number DESC LIMIT 1)
, '') = 'round_published') AND trim(NEW.text, ' 	
') = '') OR NEW.kind = 'round_decided' AND (NOT (coalesce(
    (SELECT kind FROM events WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_'
        ORDER BY number DESC LIMIT 1)
, '') = 'round_plenary') OR (1 = 0) AND trim(NEW.text, ' 	
') = '') OR NEW.kind = 'round_published' AND (NOT (coalesce(
    (SELECT kind FROM events WHERE round = NEW.round AND number < NEW.number AND substr(kind, 1, 6) = 'round_'
        ORDER BY number DESC LIMIT 1)
, '') = 'round_decided') OR (1 = 0) AND trim(NEW.text, ' 	
') = ''))
 BEGIN SELECT RAISE(ABORT, 'events_in_round'); END;
COMMIT;
