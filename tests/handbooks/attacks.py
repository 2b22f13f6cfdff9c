"""What a hostile text could try to make WeasyPrint fetch. ``{www}`` is a web server that counts,
``{file}`` a file of ours with a secret in it."""

import base64


def nested(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'

# The fifteen vectors of the security notes, each aimed at the network and at a file.
FETCHES = {
    "img": '<img src="{target}" alt="x">',
    "object": '<object data="{target}"></object>',
    "embed": '<embed src="{target}">',
    "css-import": '<style>@import "{target}";</style>',
    "css-url": '<style>p {{ background: url("{target}") }}</style><p>x</p>',
    "font-face": '<style>@font-face {{ font-family: Z; src: url("{target}") }}'
    "p {{ font-family: Z }}</style><p>x</p>",
    "link-stylesheet": '<link rel="stylesheet" href="{target}">',
    "link-attachment": '<link rel="attachment" href="{target}">',
    "a-attachment": '<a rel="attachment" href="{target}">x</a>',
    "base": '<base href="{folder}"><img src="base-relative.png" alt="x">',
    "svg-image": SVG + ' width="9" height="9"><image href="{target}" width="9" height="9"/></svg>',
    "ftp": '<img src="ftp://127.0.0.1/{name}" alt="x">',
}
# Ours: other elements, other properties, other ways to write an address.
MORE = {
    "iframe": '<iframe src="{target}"></iframe>',
    "input-image": '<input type="image" src="{target}" alt="x">',
    "svg-use": SVG + '><use href="{target}#a"/></svg>',
    "svg-xlink": SVG + '><image xlink:href="{target}" width="9" height="9"/></svg>',
    "svg-style": SVG + '><style>@import url("{target}");</style><rect width="9" height="9"/></svg>',
    "list-style": '<ul style="list-style-image: url({target})"><li>x</li></ul>',
    "content": '<style>p::before {{ content: url("{target}") }}</style><p>x</p>',
    "border-image": '<p style="border: 9px solid; border-image: url({target}) 9">x</p>',
    "page-background": '<style>@page {{ background: url("{target}") }}</style><p>x</p>',
    "margin-box": '<style>@page {{ @top-center {{ content: url("{target}") }} }}</style><p>x</p>',
    "mask": '<p style="mask-image: url({target}); cursor: url({target})">x</p>',
    "table-background": '<table background="{target}"><tr><td>x</td></tr></table>',
    "upper-case": '<img src="{upper}" alt="x">',
    "spaces": '<img src="  {target}  " alt="x">',
    "icon": '<link rel="icon" href="{target}"><link rel="preload" as="image" href="{target}">',
    "refresh": '<meta http-equiv="refresh" content="0; url={target}">',
    "css-variable": '<style>p {{ --u: url("{target}"); background: var(--u) }}</style><p>x</p>',
}


def aimed(attacks: dict[str, str], target: str) -> dict[str, str]:
    """Each attack aimed at ``target``, under which its own name is asked for."""
    return {
        name: html.format(
            target=f"{target}{name}",
            upper=f"{target}{name}".replace("http", "HTTP").replace("file", "FILE"),
            folder=target,
            name=name,
        )
        for name, html in attacks.items()
    }


def hidden_in_data(target: str) -> dict[str, str]:
    """An SVG inside a data: address that fetches; and one with an external entity."""
    image = SVG + f' width="9" height="9"><image href="{target}nested" width="9" height="9"/></svg>'
    entity = (
        f'<!DOCTYPE svg [<!ENTITY x SYSTEM "{target}entity">]>' + SVG + "><text>&x;</text></svg>"
    )
    return {
        "data-svg": f'<img src="{nested(image)}" alt="x">',
        "data-css": f'<link rel="stylesheet" href="data:text/css,@import url({target}data-css);">',
        "data-entity": f'<img src="{nested(entity)}" alt="x">',
    }
