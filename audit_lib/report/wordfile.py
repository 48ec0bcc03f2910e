"""The DOCX of a document: a template that a clerk may edit in Word, filled by docxtpl."""

import io
import re
import zipfile

import pandas as pd

from audit_lib.report.page import template_folder

__all__ = ["fill_template", "repeatable_zip"]


def fill_template(content: dict, day: pd.Timestamp) -> bytes:
    """Fill ``templates/official.docx``.

    Parameters
    ----------
    content : words of the document, see ``OfficialDocument.content``
    day : written as the file's time of making and of its last change

    Returns
    -------
    bytes
        The same content gives the same bytes. Texts are escaped: markup in them is shown.
    """
    from docxtpl import DocxTemplate

    template = DocxTemplate(template_folder() / "official.docx")
    template.render(content, autoescape=True)
    properties = template.docx.core_properties
    properties.created = properties.modified = day.to_pydatetime()
    properties.title, properties.author = content["title"], content["issuer"]
    properties.last_modified_by, properties.comments, properties.revision = "", "", 1
    raw = io.BytesIO()
    template.save(raw)
    return repeatable_zip(raw.getvalue())


def repeatable_zip(content: bytes, modified=None) -> bytes:
    """Write a zip file again in one order and without times, so that its bytes repeat.

    Parameters
    ----------
    content : an OOXML file
    modified : moment that ``docProps/core.xml`` names as the last change; kept when not given
    """
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            part = old.read(name)
            if modified is not None and name == "docProps/core.xml":
                stamp = f"{modified:%Y-%m-%dT%H:%M:%SZ}".encode()
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, part)
            new.writestr(entry, part)
    return result.getvalue()
