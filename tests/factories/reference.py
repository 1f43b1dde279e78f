"""A small edition of the reference data, made of real lines: two régions, five communes, four countries."""

import gzip
import json
from pathlib import Path

_NAMES = "code,name_fr,name_en"

FILES = {
    "collectivities.csv": """\
kind,insee_code,siren,name,population,departement,region,epci,lat,lon,coord_source,is_collectivity,zone
region,53,233500016,Bretagne,3449370,,53,,48.17711,-2.87808,area-mean,true,metro
region,84,200053767,Auvergne-Rhône-Alpes,8205557,,84,,45.50225,4.54566,area-mean,true,metro
collectivite_sui_generis,988,,Nouvelle-Calédonie,264596,,988,,-21.29204,165.63951,area-mean,true,com
departement,35,,Ille-et-Vilaine,1120666,35,53,,48.14943,-1.6463,area-mean,true,metro
departement,01,,Ain,679344,01,84,,46.1049,5.35213,area-mean,true,metro
metropole,,243500139,Rennes Métropole,473973,35,53,,48.10772,-1.69497,member-pop-mean,false,metro
commune,01015,200053668,Arboys en Bugey,710,01,84,,45.7188,5.6406,bbox2017,true,metro
commune,01025,200084119,Bâgé-Dommartin,4170,01,84,,46.3289,4.9566,bbox2017,true,metro
commune,35051,213500515,Cesson-Sévigné,18761,35,53,243500139,48.12345,-1.59375,bbox2017,true,metro
commune,35238,213502388,Rennes,230890,35,53,243500139,48.11585,-1.6885,bbox2017,true,metro
commune,98818,,Nouméa,85976,988,988,,-22.27407,166.44884,geonames,true,com
""",
    "communes_associees_deleguees.csv": """\
insee_code,name,kind,current_insee_code
01015,Arbignieu,commune-deleguee,01015
01340,Saint-Bois,commune-deleguee,01015
01025,Bâgé-Dommartin,commune-deleguee,01025
""",
    "networks.csv": "name,region,website\nCités Unies France,,https://cites-unies-france.org/\nRéseau Bretagne Solidaire,53,\n",
    "countries.csv": """\
iso2,iso3,num,name_fr,name_en,name_es,zone_fr,zone_atlas_fr,continent,lat,lon,coord_source,capital,dac_code,ldc,ldc_until,ldc_status,ldc_note,is_french_territory,centroid_lat,centroid_lon
BD,BGD,050,Bangladesh,Bangladesh,Bangladés,Asie,Asie centrale et du Sud,Asie,23.71,90.41,capital,Dhaka,666,true,2026-11-24,to_confirm,General Assembly decision not seen,false,23.88,90.24
BT,BTN,064,Bhoutan,Bhutan,Bután,Asie,Asie centrale et du Sud,Asie,27.47,89.64,capital,Thimphu,630,false,,graduated,Sorti de la catégorie le 2023-12-13,false,27.41,90.43
DE,DEU,276,Allemagne,Germany,Alemania,Union européenne,Union européenne,Europe,52.52,13.41,capital,Berlin,5,false,,,,false,51.08,10.38
SN,SEN,686,Sénégal,Senegal,Senegal,Afrique subsaharienne,Afrique subsaharienne,Afrique,14.69,-17.44,capital,Dakar,269,true,2029-12-19,scheduled,GA decision of 2024-12-19,false,14.36,-14.48
""",
    "country_aliases.csv": "iso2,alias\nDE,RFA\n",
    "crs_categories.csv": "category_code,name_fr,name_en,group_code,group\n140,Eau,Water,100,Services sociaux\n",
    "crs_purpose_codes.csv": f"{_NAMES},category_code,voluntary,thema_atlas,status,fr_source\n"
    "14010,Politique de l’eau,Water policy,140,false,,active,\n",
    "dac_aid_types.csv": f"{_NAMES},parent_code,category,category_fr,in_donor_refugees,fr_source\n"
    "B02,Contributions,Contributions,,B,Contributions,false,\nB021,Contributions volontaires,Voluntary,B02,B,,false,\n",
    "dac_finance_types.csv": f"{_NAMES},category,category_fr\n110,Dons ordinaires,Standard grant,100,Dons\n",
    "dac_flow_types.csv": f"{_NAMES}\n10,APD,ODA\n",
    "dac_policy_markers.csv": f"{_NAMES},rio,scores\n1,Égalité femmes-hommes,Gender equality,false,0|1|2\n",
    "dac_channels.csv": f"{_NAMES},parent_code,is_category,acronym_fr,acronym_en,fr_source\n"
    "10000,Secteur public,Public sector,,true,,,own\n11000,Gouvernement,Government,10000,true,,,own\n",
    "dac_regions.csv": f"{_NAMES}\n189,Nord du Sahara,North of Sahara\n",
    "dac_list_editions.csv": "edition_year,iso2,income_group,confidence\n"
    + "".join(f"{year},{iso2},LDC,derived\n" for iso2 in ("BD", "SN") for year in (2023, 2024, 2025))
    + "2023,BT,LDC,derived\n2024,BT,LMIC,checked\n2025,BT,LMIC,derived\n",
    "foreign_regions.csv": "code,country_iso2,name,name_fr,lat,lon,main_place\nSN.01,SN,Dakar,,14.69,-17.44,Dakar\n",
    "foreign_places.csv.gz": "geonameid,name,country_iso2,admin1_code,lat,lon,population,altnames\n"
    "2253354,Dakar,SN,01,14.69,-17.44,2646503,Ndakaru\n",
    "sdgs.csv": "number,name_fr,name_en\n6,Eau propre,Clean water\n",
    "themes.csv": "code,name,name_en,name_es,parent,position,edition,purpose_codes,sdgs\n"
    "environnement,Environnement,Environment,Medio ambiente,,1,2026,,\neau,Eau,Water,Agua,environnement,1,2026,14010,6\n",
    "france_regions.geojson": [
        {"code": "53", "nom": "Bretagne", "zone": "metro"},
        {"code": "84", "nom": "Auvergne-Rhône-Alpes", "zone": "metro"},
    ],
    "france_departements.geojson": [
        {"code": "35", "nom": "Ille-et-Vilaine", "region": "53", "zone": "metro"},
        {"code": "01", "nom": "Ain", "region": "84", "zone": "metro"},
    ],
}


def write_edition(folder: Path, **files: str | bytes | None) -> Path:
    """Write the small edition in `folder`. `files` replace some, by name without extension; None leaves one out."""
    folder.mkdir(exist_ok=True)
    for name, content in FILES.items():
        content = files.pop(name.partition(".")[0], content)
        path = folder / name
        path.unlink(missing_ok=True)
        if isinstance(content, list):
            content = json.dumps({"type": "FeatureCollection", "features": [{"properties": p} for p in content]})
        if isinstance(content, str):
            content = content.encode()
        if content is not None:
            path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    assert not files, f"no such file: {files}"
    return folder


def edited(name: str, old: str, new: str) -> str:
    """The text of a file with `old` replaced by `new`."""
    text = FILES[name]
    assert old in text
    return text.replace(old, new)
