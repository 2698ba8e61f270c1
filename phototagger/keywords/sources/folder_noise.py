"""Words that stand in the names of folders and files and say nothing of what is in them."""

from __future__ import annotations

# Months, in the program's languages.
_MONTHS = """
    january february march april may june july august september october november december jan feb mar apr jun
    jul aug sep sept oct nov dec januar jänner februar märz maerz mai juni juli oktober dezember okt dez
    janvier février fevrier mars avril juin juillet août aout septembre octobre novembre décembre decembre
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
"""
MONTHS = frozenset(_MONTHS.split())
# Words of folders and files that say nothing of what is in them; a name of such words alone is none.
_EMPTY = """
    dcim dcf misc eosmisc private avchd bdmv stream thumbs thumbnails previews camera kamera cámara appareil
    roll uploads upload whatsapp images image imágenes imagenes img imgs sent received empfangen recibidas
    telegram signal instagram facebook messenger snapchat snapseed wechat weixin viber line kakaotalk discord
    twitter reddit pinterest tiktok bluetooth download downloads pictures picture pics pic bilder bild photos
    photo fotos foto fotografien photographs photographies fotografías album albums alben álbum álbumes
    library bibliothek galerie gallery galería my meine mes mis eigene our unsere nos nuestras the new neu
    neue neuer nouveau nouvelle nueva nuevo folder folders ordner dossier dossiers carpeta verzeichnis
    untitled unbenannt unbenannter unnamed sans sin titre título unsorted unsortiert various verschiedenes
    verschiedene divers varios diverse other others sonstiges sonstige autres otros temp tmp test tests
    backup backups sicherung sicherungen sauvegarde copia copie kopie copy copies import imports imported
    importiert export exports exported exportiert edited edit edits bearbeitet raw raws jpg jpgs jpeg heic
    png tif tiff nef cr2 cr3 arw dng raf orf rw2 original originals originale originaux selection selected
    selects auswahl sélection selección best favorites favourites favoriten print prints druck web small
    large big full lowres highres hires hd takeout google icloud onedrive dropbox nextcloud amazon desktop
    schreibtisch bureau escritorio documents dokumente documentos home users user data daten media medien sd
    card karte usb stick disk drive hdd ssd phone handy telefon téléphone teléfono mobile smartphone android
    saved inbox eingang outbox sort sorted sortieren scan scans scanned archive archives archiv archivo all
    alle tout todo todas alles old alt anciens viejo photostream screenshots screenshot bildschirmfotos
    screen shot video videos movies films clips burst panorama panoramas hdr restored recovered found lost
    done final finished fertig shared public common from of de la und and et y zu to no not part teil partie
    parte day tag jour día disc cd dvd vol volume set session lightroom photoshop darktable digikam picasa
    capture catalog output input masters cache jpegs master res resized low high week woche kw quarter monat
    month year jahr
sample samples example examples beispiel beispiele demo
图片 照片 相册 相机 新建文件夹 我的图片 下载 截图 微信 文件夹
"""
EMPTY = frozenset(_EMPTY.split())
# Makers and models of cameras.
_BRANDS = """
    canon nikon sony fuji fujifilm olympus panasonic lumix leica pentax samsung galaxy gopro dji iphone ipad
    pixel huawei xiaomi redmi oneplus oppo hasselblad sigma ricoh kodak casio minolta konica motorola nokia
    htc lg apple google mavic eos
"""
BRANDS = frozenset(_BRANDS.split())
# What stands beside those.
_MODEL_WORDS = """
    eos alpha powershot coolpix cyber shot cybershot finepix pro max plus mini ultra lite mark ii iii iv
    rebel hero mate note se xs xr air
"""
MODEL_WORDS = frozenset(_MODEL_WORDS.split())
# Left hanging where a date went: "Holiday in [2023]".
_HANGING = """
    in im am on at from to of the vom von bis du le la en el del de à au and und et y um
"""
HANGING = frozenset(_HANGING.split())
# A number after these is part of the name.
_BEFORE_NUMBERS = """
    route formula formel apollo fifa gate tour studio area highway section psalm
"""
BEFORE_NUMBERS = frozenset(_BEFORE_NUMBERS.split())
