"""Word lists of the demo company: invented businesses and people of fifteen languages and nine scripts.

A word that is not written in Latin letters is followed by `|` and its Latin form, from which e-mail addresses are made.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Locale:
    """What names and addresses of one country are made of."""

    country: str
    currency: str  # '' is the local currency
    weight: int  # its share of the customers
    stems: tuple[str, ...]
    trades: tuple[str, ...]
    pattern: str  # how a business is called: {stem} and {trade}
    cities: tuple[tuple[str, str, str], ...]  # city, post code, county
    streets: tuple[str, ...]
    street_pattern: str
    first_names: tuple[str, ...]
    surnames: tuple[str, ...]
    phone: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


def _cities(text: str) -> tuple[tuple[str, str, str], ...]:
    rows = (entry.split("/") for entry in text.split(","))
    return tuple((city.strip(), code.strip(), county.strip()) for city, code, county in rows)


GERMANY = Locale(
    "DE",
    "",
    96,
    _words(
        "Ahrendt, Bärenfänger, Cordes, Dürkop, Eichstädt, Fröhlich, Grünewald, Häberle, Immendorf, Jürgensen,"
        " Köhlbrand, Löwenstein, Möhring, Nußbaumer, Österreich & Sohn, Prümm, Quellmann, Rößler, Süderbrock, Thönnes,"
        " Überall, Völkner, Wölfing, Zschoche"
    ),
    _words("Maschinenbau, Holzhandel, Elektrotechnik, Druckerei, Brauerei, Möbelwerk, Gartenbau, Büroausstattung"),
    "{stem} {trade} GmbH",
    _cities(
        "München/80331/Bayern, Köln/50667/Nordrhein-Westfalen, Nürnberg/90402/Bayern, Lübeck/23552/Schleswig-Holstein,"
        " Görlitz/02826/Sachsen, Osnabrück/49074/Niedersachsen, Saarbrücken/66111/Saarland, Leipzig/04109/Sachsen"
    ),
    _words("Schloßallee, Mühlenweg, Hauptstraße, Am Güterbahnhof, Gänsemarkt, Königsdamm, Wäscherinnengasse"),
    "{street} {number}",
    _words(
        "Jürgen, Anneliese, Björn, Käthe, Lothar, Mareike, Nikolaus, Ottilie, Rüdiger, Sören, Ulrike, Wiebke, Götz, Heike"
    ),
    _words(
        "Müller-Wernicke, Schäfer, Großmann, Kühn, Weiß, Bäcker, Nöth, Überschär, Hößle, Lüders, Pfeiffer, Straub, Vößing"
    ),
    "+49 {area} {number}",
)
AUSTRIA = Locale(
    "AT",
    "",
    22,
    _words("Ainedter, Brückl, Gschwandtner, Höllwarth, Innerhofer, Kölbl, Lechthaler, Mösenbacher, Pühringer, Stöckl"),
    _words("Feinmechanik, Sägewerk, Konditorei, Seilbahntechnik, Glashütte, Trachten"),
    "{stem} {trade} KG",
    _cities("Wien/1010/Wien, Graz/8010/Steiermark, Sankt Pölten/3100/Niederösterreich, Kitzbühel/6370/Tirol"),
    _words("Kärntner Ring, Herrengasse, Mozartplatz, Bahnhofstraße"),
    "{street} {number}",
    _words("Leopold, Resi, Xaver, Gudrun, Alois, Hermine, Wolfgang, Elfriede"),
    _words("Gruber, Pichler, Steinböck, Wörgötter, Zauner, Hötzendorfer, Ecker, Brandstätter"),
    "+43 {area} {number}",
)
POLAND = Locale(
    "PL",
    "PLN",
    44,
    _words(
        "Bławatek, Czarna Róża, Dąbrowiak, Gwóźdź, Jaskółka, Kłos, Łabędź, Miedziana Góra, Niedźwiedź, Ślusarczyk,"
        " Świerk, Wiśniowy Sad, Żubr, Źródło"
    ),
    _words("Meble, Piekarnia, Budownictwo, Odlewnia, Hurtownia, Transport"),
    "{stem} {trade} Sp. z o.o.",
    _cities(
        "Łódź/90-001/łódzkie, Kraków/30-001/małopolskie, Wrocław/50-001/dolnośląskie, Gdańsk/80-001/pomorskie,"
        " Białystok/15-001/podlaskie, Poznań/60-001/wielkopolskie"
    ),
    _words("Piotrkowska, Długa, Świętojańska, Mickiewicza, Źródlana, Jabłoniowa"),
    "ul. {street} {number}",
    _words(
        "Małgorzata, Łukasz, Zdzisław, Bożena, Paweł, Grażyna, Stanisław, Żaneta, Michał, Krystyna, Błażej, Agnieszka"
    ),
    _words("Wójcik, Dąbrowska, Kaczyńska, Śliwa, Łęcki, Źrebiec, Gołębiowski, Pawłowska, Żurek, Ćwik, Krawczyk"),
    "+48 {area} {number}",
)
FRANCE = Locale(
    "FR",
    "",
    50,
    _words(
        "Bélanger, Çambert, Dufresne, Étoile du Nord, Frênaie, Gaël, Hôtelier, Île Bleue, L'Hirondelle, Maçonnerie d'Or,"
        " Noël Frères, Œuvre Vive, Pâquerette, Rhône-Sud, Théâtre Vert"
    ),
    _words("Fromagerie, Ébénisterie, Imprimerie, Menuiserie, Vins, Équipements"),
    "{trade} {stem} SARL",
    _cities(
        "Besançon/25000/Doubs, Orléans/45000/Loiret, Nîmes/30000/Gard, Saint-Étienne/42000/Loire, Angoulême/16000/Charente,"
        " Béziers/34500/Hérault"
    ),
    _words("rue de l'Église, avenue Hélène Boucher, place du Marché, quai des Tanneurs, chemin des Prés"),
    "{number} {street}",
    _words("Zoé, Étienne, Anaïs, François, Maëlle, Jérôme, Héloïse, Benoît, Noémie, Gaëtan, Solène, Rémi"),
    _words("Lefèvre, Béranger, Dupré, Hébert, Le Goff, Châtelain, N'Diaye, Rivière, Sénéchal, Tessier, Vallée"),
    "+33 {area} {number}",
)
GREECE = Locale(
    "GR",
    "",
    38,
    _words(
        "Αιγαίο|Aigaio, Δελφίνι|Delfini, Ελαιώνας|Elaionas, Ήλιος|Ilios, Θάλασσα|Thalassa, Κύμα|Kyma, Λευκός Πύργος|Lefkos,"
        " Μέλισσα|Melissa, Όλυμπος|Olympos, Πέτρα|Petra, Φάρος|Faros, Χρυσή Ακτή|Chrysi"
    ),
    _words("Ναυτιλιακή|Naftiliaki, Τρόφιμα|Trofima, Κατασκευές|Kataskeves, Τουρισμός|Tourismos, Εμπορική|Emporiki"),
    "{stem} {trade} Α.Ε.",
    _cities(
        "Αθήνα/105 57/Αττική, Θεσσαλονίκη/546 22/Μακεδονία, Πάτρα/262 21/Αχαΐα, Ηράκλειο/712 01/Κρήτη, Βόλος/382 21/"
    ),
    _words("Ερμού, Αγίου Δημητρίου, Εγνατία, Λεωφόρος Κηφισίας, Παπαναστασίου"),
    "{street} {number}",
    _words(
        "Γιώργος|Giorgos, Ελένη|Eleni, Δημήτρης|Dimitris, Κατερίνα|Katerina, Νίκος|Nikos, Σοφία|Sofia, Σπύρος|Spyros,"
        " Ιωάννα|Ioanna, Άγγελος|Angelos, Ζωή|Zoi"
    ),
    _words(
        "Παπαδόπουλος|Papadopoulos, Νικολάου|Nikolaou, Γεωργίου|Georgiou, Αλεξίου|Alexiou, Οικονόμου|Oikonomou,"
        " Βασιλείου|Vasileiou, Κωνσταντίνου|Konstantinou, Δημητρίου|Dimitriou, Ιωάννου|Ioannou"
    ),
    "+30 {area} {number}",
)
UKRAINE = Locale(
    "UA",
    "",
    30,
    _words(
        "Соняшник|Soniashnyk, Барвінок|Barvinok, Ґанок|Ganok, Дніпрова хвиля|Dnipro,"
        " Євшан|Yevshan, Їжак|Yizhak, Калина|Kalyna,"
        " Лелека|Leleka, Чорний камінь|Kamin, Щедрик|Shchedryk"
    ),
    _words("Агро|Agro, Меблі|Mebli, Будівництво|Budivnytstvo, Пекарня|Pekarnia, Логістика|Lohistyka"),
    "ТОВ «{stem} {trade}»",
    _cities(
        "Київ/01001/, Львів/79000/Львівська, Одеса/65000/Одеська, Харків/61000/Харківська, Чернівці/58000/Чернівецька"
    ),
    _words("вул. Хрещатик, вул. Лесі Українки, просп. Свободи, вул. Шевченка"),
    "{street}, {number}",
    _words(
        "Олена|Olena, Тарас|Taras, Оксана|Oksana, Богдан|Bohdan, Юлія|Yuliia, Андрій|Andrii, Соломія|Solomiia, Єгор|Yehor"
    ),
    _words(
        "Шевчук|Shevchuk, Коваленко|Kovalenko, Бондар|Bondar, Мельник|Melnyk, Ткаченко|Tkachenko, Їжакевич|Yizhakevych,"
        " Гриценко|Hrytsenko, Лисенко|Lysenko"
    ),
    "+380 {area} {number}",
)
JAPAN = Locale(
    "JP",
    "JPY",
    42,
    _words(
        "青空|Aozora, 若葉|Wakaba, 銀河|Ginga, 白鷺|Shirasagi, 東雲|Shinonome, 朝霧|Asagiri, 富士見|Fujimi, 千鳥|Chidori,"
        " 松風|Matsukaze, 紅葉|Momiji, 波音|Namioto, 雪国|Yukiguni"
    ),
    _words("製作所|Seisakusho, 商事|Shoji, 電機|Denki, 食品|Shokuhin, 印刷|Insatsu, 工業|Kogyo"),
    "株式会社{stem}{trade}",
    _cities(
        "千代田区/100-0001/東京都, 大阪市北区/530-0001/大阪府, 名古屋市中区/460-0008/愛知県, 札幌市中央区/060-0042/北海道,"
        " 福岡市博多区/812-0011/福岡県, 京都市下京区/600-8216/京都府"
    ),
    _words("丸の内一丁目, 梅田二丁目, 栄三丁目, 大通西四丁目, 駅前五丁目"),
    "{street}{number}番地",
    _words(
        "翔太|Shota, 美咲|Misaki, 健一|Kenichi, 葵|Aoi, 大輔|Daisuke, 陽子|Yoko, 拓海|Takumi, さくら|Sakura, 直樹|Naoki"
    ),
    _words(
        "佐藤|Sato, 鈴木|Suzuki, 高橋|Takahashi, 渡辺|Watanabe, 伊藤|Ito, 小林|Kobayashi, 斎藤|Saito, 長谷川|Hasegawa,"
        " 藤原|Fujiwara"
    ),
    "+81 {area} {number}",
)
CHINA = Locale(
    "CN",
    "CNY",
    40,
    _words(
        "金龙|Jinlong, 长河|Changhe, 华光|Huaguang, 明月|Mingyue, 天河|Tianhe, 东方红木|Dongfang,"
        " 瑞丰|Ruifeng, 海星|Haixing,"
        " 祥云|Xiangyun, 竹林|Zhulin, 雪峰|Xuefeng"
    ),
    _words("电子|Dianzi, 纺织|Fangzhi, 机械|Jixie, 贸易|Maoyi, 茶业|Chaye, 物流|Wuliu"),
    "{stem}{trade}有限公司",
    _cities("上海/200000/上海市, 深圳/518000/广东省, 成都/610000/四川省, 杭州/310000/浙江省, 西安/710000/陕西省"),
    _words("南京路, 人民大道, 解放路, 中山北路, 长安街"),
    "{street}{number}号",
    _words("伟|Wei, 芳|Fang, 秀英|Xiuying, 敏|Min, 静|Jing, 建国|Jianguo, 丽|Li, 强|Qiang, 晓明|Xiaoming, 雪梅|Xuemei"),
    _words("王|Wang, 李|Li, 张|Zhang, 刘|Liu, 陈|Chen, 欧阳|Ouyang, 赵|Zhao, 黄|Huang, 周|Zhou"),
    "+86 {area} {number}",
)
EMIRATES = Locale(
    "AE",
    "AED",
    34,
    _words(
        "النخيل|Alnakheel, الصحراء|Alsahra, البحر الأزرق|Albahr, النجمة|Alnajma,"
        " الواحة|Alwaha, الصقر|Alsaqr, القمر|Alqamar,"
        " الياسمين|Alyasmin, اللؤلؤة|Allulua, الفجر|Alfajr"
    ),
    _words("للتجارة|Trading, للمقاولات|Contracting, للأغذية|Foods, للنقل|Transport, للإلكترونيات|Electronics"),
    "شركة {stem} {trade} ذ.م.م",
    _cities("دبي/00000/دبي, أبوظبي/00000/أبوظبي, الشارقة/00000/الشارقة, العين/00000/أبوظبي"),
    _words("شارع الشيخ زايد, شارع الخليج, شارع المطار, شارع النخيل"),
    "{street} {number}",
    _words(
        "محمد|Mohammed, فاطمة|Fatima, أحمد|Ahmed, ليلى|Layla, يوسف|Yousef, مريم|Maryam, خالد|Khaled, نور|Nour, عمر|Omar"
    ),
    _words(
        "المنصوري|Almansoori, الحداد|Alhaddad, النجار|Alnajjar, السويدي|Alsuwaidi, الكعبي|Alkaabi, الشامسي|Alshamsi,"
        " الظاهري|Aldhaheri"
    ),
    "+971 {area} {number}",
)
ISRAEL = Locale(
    "IL",
    "",
    28,
    _words(
        "אורן|Oren, ברקת|Bareket, גל ים|Galyam, דקל|Dekel, הר זית|Harzayit, זהב|Zahav,"
        " חמנית|Hamanit, כוכב|Kochav, נחל|Nachal,"
        " רימון|Rimon"
    ),
    _words("תעשיות|Industries, מסחר|Trade, מזון|Food, בנייה|Building, טכנולוגיות|Technologies"),
    '{stem} {trade} בע"מ',
    _cities("תל אביב/6100000/, חיפה/3100000/, ירושלים/9100000/, באר שבע/8400000/"),
    _words("שדרות רוטשילד, רחוב הרצל, רחוב יפו, רחוב ביאליק"),
    "{street} {number}",
    _words("דוד|David, רחל|Rachel, יוסי|Yossi, מרים|Miriam, נועם|Noam, תמר|Tamar, איתן|Eitan, שירה|Shira"),
    _words(
        "כהן|Cohen, לוי|Levi, מזרחי|Mizrahi, פרץ|Peretz, ביטון|Biton, אברהם|Avraham, פרידמן|Friedman, שפירא|Shapira"
    ),
    "+972 {area} {number}",
)
VIETNAM = Locale(
    "VN",
    "",
    30,
    _words("Ánh Dương, Bình Minh, Đại Nam, Hoa Sen, Hồng Hà, Lạc Việt, Phú Quý, Sông Hương, Thiên Long, Trường Sơn"),
    _words("Thương Mại, Dệt May, Thủy Sản, Xây Dựng, Điện Tử"),
    "Công ty TNHH {trade} {stem}",
    _cities("Hà Nội/100000/, Đà Nẵng/550000/, Huế/530000/Thừa Thiên Huế, Cần Thơ/900000/, Hải Phòng/180000/"),
    _words("Lê Lợi, Trần Hưng Đạo, Nguyễn Huệ, Điện Biên Phủ, Hai Bà Trưng"),
    "{number} {street}",
    _words("Minh Đức, Thị Hương, Quốc Bảo, Thùy Dương, Hữu Phước, Mỹ Linh, Đình Trọng, Bích Ngọc, Văn Toàn"),
    _words("Nguyễn, Trần, Phạm, Hoàng, Võ, Đặng, Bùi, Đỗ, Lý"),
    "+84 {area} {number}",
)
BRITAIN = Locale(
    "GB",
    "GBP",
    46,
    _words(
        "Abbotsbury, Blackthorn, Copperfield, Dunmore, Eastwick, Fenland, Greystone, Hartwell, Inglewood, Kestrel,"
        " Larkspur, Merriweather, Northgate, O'Malley, Pemberton & Daughters"
    ),
    _words("Engineering, Bakeries, Textiles, Marine, Furnishings, Ironworks"),
    "{stem} {trade} Ltd",
    _cities(
        "Leeds/LS1 4AP/West Yorkshire, Bristol/BS1 5TR/Avon, Norwich/NR2 1TF/Norfolk, Dundee/DD1 3JA/Angus,"
        " Cardiff/CF10 1EP/Glamorgan, Derry/BT48 6HH/Londonderry"
    ),
    _words("High Street, Station Road, Mill Lane, Quayside, Chapel Hill"),
    "{number} {street}",
    _words("Oliver, Siân, Rory, Imogen, Hamish, Bronwen, Callum, Niamh, Archie, Felicity, Ewan"),
    _words("Ashcroft, Brontëford, Carmichael, Davenport, Ellsworth, Fitzgerald, O'Connor, McAllister, Whitcombe"),
    "+44 {area} {number}",
)
AMERICA = Locale(
    "US",
    "USD",
    44,
    _words(
        "Amber Ridge, Bluebonnet, Cedar Falls, Dakota, Evergreen, Foothill, Golden Prairie, Harborview, Juniper, Lone Pine,"
        " Mesa Verde, Redwood, Silver Creek"
    ),
    _words("Supply, Manufacturing, Foods, Outfitters, Instruments, Hardware"),
    "{stem} {trade} Inc.",
    _cities(
        "Portland/97204/OR, Austin/78701/TX, Duluth/55802/MN, Savannah/31401/GA, Boise/83702/ID, Providence/02903/RI"
    ),
    _words("Main St, Railroad Ave, Maple Dr, Commerce Blvd, Harbor Way"),
    "{number} {street}",
    _words("Jordan, Avery, José, Madison, Tyrell, Brooke, Cole, Shanice, Mateo, Paige, Hunter"),
    _words("Anderson, Nuñez, Carter, Delgado, Foster, Garcia, Hawkins, Jefferson, Kowalski, Mitchell"),
    "+1 {area} {number}",
)
SPAIN = Locale(
    "ES",
    "",
    32,
    _words(
        "Aragón Viejo, Cigüeña, Doñana, El Álamo, Ibáñez, La Peña, Muñoz Hermanos, Sierra Morena, Viña Alta, Xúquer"
    ),
    _words("Alimentación, Cerámicas, Construcción, Muebles, Exportación"),
    "{trade} {stem} S.L.",
    _cities("Málaga/29001/Málaga, Cádiz/11001/Cádiz, León/24001/León, Logroño/26001/La Rioja, A Coruña/15001/A Coruña"),
    _words("Calle Mayor, Avenida de la Constitución, Paseo Marítimo, Plaza de España"),
    "{street}, {number}",
    _words("Íñigo, Begoña, Ángel, María José, Jesús, Lucía, Andrés, Montserrat, Óscar, Inés"),
    _words("García Núñez, Peña, Ibáñez, Muñoz, Gutiérrez, Sáez, Ordóñez, Zúñiga, Vázquez"),
    "+34 {area} {number}",
)
SWEDEN = Locale(
    "SE",
    "SEK",
    24,
    _words("Ängsblomman, Björkdal, Granåsen, Höganäs, Lövskog, Norrsken, Sjöbris, Tallbacken, Vårsol"),
    _words("Verkstad, Trävaror, Livsmedel, Bygg, Teknik"),
    "{stem} {trade} AB",
    _cities("Göteborg/411 03/, Malmö/211 22/Skåne, Umeå/903 26/, Örebro/702 10/, Luleå/972 31/Norrbotten"),
    _words("Storgatan, Kungsvägen, Hamngatan, Skolgränd"),
    "{street} {number}",
    _words("Åsa, Göran, Märta, Björn, Elin, Håkan, Linnéa, Sven-Åke"),
    _words("Ågren, Björklund, Ekström, Hägglund, Lindqvist, Sjögren, Öberg, Nyström"),
    "+46 {area} {number}",
)

LOCALES = (
    GERMANY,
    AUSTRIA,
    POLAND,
    FRANCE,
    GREECE,
    UKRAINE,
    JAPAN,
    CHINA,
    EMIRATES,
    ISRAEL,
    VIETNAM,
    BRITAIN,
    AMERICA,
    SPAIN,
    SWEDEN,
)
