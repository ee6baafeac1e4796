"""Words of queries for colours, clothes and what people carry.

Data only; how a table is written says ``vocabulary.py``.
"""

from __future__ import annotations

COLOURS: dict[str, str] = {
    "black": "black",
    "white": "white",
    "grey": "grey gray silver charcoal",
    "red": "red crimson scarlet maroon burgundy",
    "orange": "orange",
    "yellow": "yellow golden mustard",
    "green": "green olive lime khaki",
    "blue": "blue navy turquoise cyan teal",
    "purple": "purple violet lilac",
    "pink": "pink magenta",
    "brown": "brown tan",
    "beige": "beige",
}

# canonical garment: where its colour is read off (upper, lower, any, none), and its words
GARMENTS: dict[str, tuple[str, str]] = {
    "coat": ("upper", "coat coats overcoat overcoats raincoat raincoats parka parkas trenchcoat"),
    "jacket": ("upper", "jacket jackets blazer blazers anorak anoraks windbreaker windbreakers"),
    "shirt": (
        "upper",
        (
            "shirt shirts t-shirt t-shirts tshirt tshirts tee blouse blouses polo|t shirt|t shirts"
            "|tee shirt|tee-shirt"
        ),
    ),
    "sweater": (
        "upper",
        (
            "sweater sweaters hoodie hoodies jumper jumpers pullover pullovers cardigan cardigans"
            " sweatshirt sweatshirts"
        ),
    ),
    "vest": (
        "upper",
        (
            "vest vests waistcoat waistcoats gilet hi-vis high-vis|hi-vis vest|hi-vis vests"
            "|high-vis vest"
            "|hi-vis jacket|hi-vis jackets|high-vis jacket|hi vis|hi vis vest|hi vis vests"
            "|hi vis jacket|hi vis jackets|high vis|high vis vest|high vis jacket"
            "|high visibility vest|safety vest|safety vests"
        ),
    ),
    "top": ("upper", "tank-top crop-top top"),
    "dress": ("any", "dress dresses gown gowns robe robes sari saris"),
    "suit": (
        "any",
        "suit suits tuxedo uniform uniforms overalls scrubs|school uniform|school uniforms",
    ),
    "trousers": ("lower", "trousers trouser pants jeans jean leggings slacks"),
    "shorts": ("lower", "shorts"),
    "skirt": ("lower", "skirt skirts kilt"),
    "swimwear": ("any", "swimsuit swimsuits bikini bikinis trunks"),
    "clothes": ("any", "clothes clothing outfit outfits costume costumes"),
    "hat": (
        "none",
        (
            "hat hats cap caps beanie beanies helmet helmets hood hoods hardhat hardhats turban"
            " turbans|hard hat|hard hats"
            "|baseball cap|baseball caps"
        ),
    ),
    "glasses": ("none", "glasses sunglasses goggles"),
    "scarf": ("none", "scarf scarves headscarf headscarves hijab hijabs|head scarf"),
    "mask": ("none", "mask masks"),
    "shoes": ("none", "shoes shoe boots sneakers sandals trainers flip-flops|high heels"),
    "socks": ("none", "socks stockings tights"),
    "belt": ("none", "belt belts"),
    "beard": ("none", "beard beards moustache mustache"),
    "gloves": ("none", "gloves glove"),
    "apron": ("none", "apron aprons"),
    "long hair": ("none", "|long hair|long-haired"),
    "long sleeves": ("none", "|long sleeves|long-sleeved"),
    "short sleeves": ("none", "|short sleeves|short-sleeved"),
}

# canonical thing that people carry (also an attribute or a track's label), and its words
CARRIED: dict[str, str] = {
    "backpack": "backpack backpacks rucksack rucksacks knapsack",
    "handbag": "handbag handbags purse",
    "bag": "bag bags|shopping bag|shopping bags|plastic bag|plastic bags",
    "suitcase": "suitcase suitcases luggage trolley",
    "umbrella": "umbrella umbrellas parasol parasols",
    "phone": "phone phones smartphone smartphones cellphone cellphones|cell phone|mobile phone",
}
