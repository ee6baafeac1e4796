"""English words a slip away from a word of the vocabularies that mean something else.

Written by ``python -m evaluation.real_words`` out of SCOWL 2020.12.07 (the American and British
lists of Debian's ``wamerican`` and ``wbritish``). SCOWL is Copyright 2000-2011 by Kevin Atkinson:
"Permission to use, copy, modify, distribute and sell these word lists, the associated scripts, the
output created from the scripts, and its documentation for any purpose is hereby granted without
fee, provided that the above copyright notice appears in all copies and that both that copyright
notice and this permission notice appear in supporting documentation. Kevin Atkinson makes no
representations about the suitability of this array for any purpose. It is provided "as is" without
express or implied warranty."
"""

REAL_WORDS = """
aaron abundances accruing acorn acorns acton adolescence adolescences aeroplanes aesthete
aesthetes agile ague aiding ailed ailing airing airline airlines airmails aisles akron allay allen
alleys allie alloy ally ambiance ambiances ample angora angoras anibal animates anise antibody
antone appal appals applauds applause applies apply archaic archived archives archiving arden area
areas arenas argon argued argus arise arising armchairs arming armories aron arousing arrivals
arron arson arteries ashlee assemble assembled assembler assembles assistance assistants astor
athletic athletics auguring automobiled automotive avenge avenues baaing babels babes babied
babier babiest bacardi bach back backboard backer backhoes backing backings backpacked backpacker
backs backspace backspaces backtrack backtracks backward backwards backyards bailing bails baird
baits bake baked bakers bakery bakes balding balds bales baling balking balks balled ballets
ballot ballsy balms balsa bandana bandanas bandanna bandies bandiest banishes banker banking banks
banyan banyans barbed barbers barbie barbing barbra barbs bard bards bared barer bares barfing
barfs barging baring bark barker barnabas barns baron barr barrener barring barrings barroom
barrooms bars bartenders barter barters baseballs baser bases basing basketballs basking basks
batch batches bates bathers baths bating bats battle battles bauer baulking bawls bayer baying
bbses beached bead beadiest beads beady beaker beaks beams beaned beans bearding bearing bearings
bearskin beast beatniks beats beaus beauties beech beeches beers beets beget beguiling belch
belches belie bells below benched benchley bennie bents berber bergs berms bernie bests betaking
betas bets betsy bewaring bewilder bewilders bicker bickers bicycled bicyclist bidders bidding
bide bided biden bides bidet bidets biding bids bier biers biked bilge bilking bilks billet
billing billings bills bimini binders binding bindings binds binge birding birther birthers
bitchier bites biting blacking blackjack blackjacks blacks bladders blake blamer blanches blank
blanking blaring blasters blats blaze blazed blazes bleach bleached bleacher bleaches bleak blench
blenched blenches bloat bloating bloats blobbing blobs block blocking blocks blocs blogging blogs
blooding blooming blots blotters blotting bloused blousing blow blown blowsy blts blucher blues
blushers blushes blusters board boarding boards boars boas boast boasts boaters bodyguards boer
boers boilers boiling boilings boils bolas boles bolls bolts bonanzas boner boners bonuses boobs
bookstores booms boons boors boos boost boosts boot booth booths bootlegs bootless booty borer
borers boron botches bother bothered bothers bottled boulder boulders bouts bowel bowels bowen
bower bowers bowing bowling bows boxed boxen boxes boyer bozos bra brads braid braids brake
braking branches brandies brats brawn braziers breach breached breaches bread breads breaking
breather breathers breathes breeches bribe bribes brice bricking bridged bridger bridget bridgett
bridle bridles brie brief briefs brier briers brigades brine brisking broaches broke brokers
bromides bronx brook brooking brooks brothel brothels brotherly brow browne browning browns brows
browsing brunches bryon budding buddings budging buglers bugling builtin bulging bulking bullet
bulling bulls bunch bunches burglars burglary buries burks burundi bused bushes busies businesses
businesswomen buss busses busts butchers butchery butches butlers byers byron cabal cabling cache
caches cachets caching cackling cafeterias cages cairn cairns cairo caked caliber calibers
calibrates calibrating calif califs calking calks calling calming calories calving cambers
cameramen camping camps camry canals canaries cancers cane caned canes cankers canning canoed
canoes canon canteens cantered canters canting canto cants capes capping caprices carbides
carbines cardiac carding careering cares caressed caresses caressing carey caries caring carly
carmines carnal carnot carotids caroused carouses carousing carpenters carpentry carpeted carping
carports carps carr carrels carriage carrie carried carrier carriers carrion carryout carting
carts carving cary case cased cases casey cashed cashes cashiers cashing cashmere casing casings
cast caste castes casting castings castle castling castries casts catcher catchers catchier
catchings catchy cathleen cathodes cathy catiline catt catted catting cause caused causes causing
caves cease ceased ceases ceasing celebrant celebrants celebrate celebrated celebration
celebrations celebrities celibates cellophane censers centering centers ceres chads chafe chafed
chafes chaffing chafing chain chaining chains chairing chaise chaises chaitin chalking champ
champing champs chancing changing chanting chaos chapping chapt char charcoals charging chariest
chariots charm charming charms charring chars chart charting chartres charts chary chaser chasers
chasm chasms chaste chats cheap cheating check cheek cheeking cheeks cheep cheeping cheeps cheery
cheese cheesing cheesy cheri cherries chess chest chewer chewers chewing chews chicks chid chidden
chide chief chiefs childcare chile chilean chili chill chiming chipping chips chirp chirps chock
chocking chocks choir choirs choking chomper chompers chomping choosing chops chose chowing chris
chucking chuckling chucks ciphering circling cites clack clacks claim claimed claiming claims
clair clamber clambers clamp clamping clamps clams clanging clangs clanking clanks clans clark
clash clashing clasp clasping clasps class classier classing claus clawing claws clean cleaned
cleanest cleanings cleanlier cleanness cleanse cleansed cleanser cleansers cleanses cleansing
clear clearer clearing clearings clearness clears cleats cleaver cleavers cleaves cleaving clefs
clements clenching clerks clewing click clicks climaxed climaxing clime climes clint clipping
clippings clips cloak cloaking cloakrooms cloaks cloches clocking clods clogging clomping cloned
clones cloning clopping clops close closer closest closet closeting closets clothe clothed
clothier cloths clots clotting clotures cloud cloudier clouding cloudy clout clouting clouts
cloves clowning cloyed cloying cluck clucks clueing cluster clusters clutches clutching coaches
coaching coaling coals coasting coastlines coasts coating cock cocking cocks cocky codas cohering
cokes coking colander colanders colas coloring colts comas combing commune communes commute
commuted commutes compacter compete competes compiles completer complies compote compotes compute
computed computes conceit conceits concept concepts concern concerns concerti concerto concerts
concetta conch conches conciser concrete conjurer conking conks consed conses consing construe
construes consume consumed consumer consumers consumes convert converts cooing cook cooke cooky
cooling cools coons coop cooping coops coors coos coots copings copley copping copses copters
copying coral corals cores coring corking corks cornier corot corroded cosies cosmoses cost costed
costing costings costlier costliness costs costumed cotes cots couched couches couching cough
coughing coulter count counter counters counting countrysides coupe coupes coupled couplet
couplets couriers courser coursing courtier courting courts courtyards cowed cowling cpa cpo cpu
crackling cradling crane craning crapping craps crashing crassest crating craving craw craws
crazing creak creasing cree creed creeks creel creep crepe cress crest crete crewing crews cribs
cried crier criers crime crimes crimsons cringe crises crisp croaking croat croats crochet
crocheting crochets crock crocks crocuses crook crooking crooks crooning cropping crosiers crosser
crossest crossings crosswalks crotch crotches crotchets crouched croupier crow crowed crowing
crown crowned crowns crows crumples crunch crunches crunching crushes crushing crusting crutch
crutches cryings cubical cubicles culottes cupping cures curie curies curing curlier curling
currier curries curry currying cursing curst curt curvier cushier cusp cussing customary customise
customize customizes customs cuticle cuticles cuttings cycled cyphering damned damning dander
dandling dane danes danger dangers dangling danker dante dares darin darned darning daugherty
daughters daunting dawdling dawes dawned dawning dawns dealers deceivers decks defacing deicers
deigning delibes deliver delivered deliverer deliveries delivery delphinus demonstrates
demonstration demonstrations demonstrator deniers denser dentists deprives deranging deriding
derive derives deriving deserts despises dessert desserts devi diane dices dicing dicks diereses
dies diets dikes diking dimer dimes dimmers dined diners dines dinging dink dinker dinky dinner
dinning dipping direr disks divas dived diver diverges diverging divers diverse divert diverting
diverts divest dividers dividing divine diviners divining divvying docks doctoral doctored
doctorow dogging dopes dories dormers doubt doubts doughnuts doughtier doughty dove dover doves
drabs drafting drain drainage drainers draining drains drams drank draping draught draughted
drawings drawl drawling drawls drawn drays dreading dreaming dregs dressage dresser dressers
dressier dressy dried drier driers dries driest drifters drifting drilling drinkers drinkings
dripping drippings drips drivel drivels driven drivings drone droning droop drooping droops drop
droppings dropsy dross drought drover drovers droves drowning drowsing drugging drugs drummed
drunk drunks duane ducts dudes duels dues duets dukes dummies dunce dunces dungs dunking dunks
dunne duns dupes duress eager eaglet eaglets earle easing east eater eaters editing edits elating
electrical electricians electricity electronica elegant embraced emits emitting employe employed
employer employers employes employs endeared endearing energising engineered engines entertain
entry enuring escalate escalation escalators ester esters eta ethelred ether everyday evicting
exacting exalting excised excises excising exciting exercised exerting exiling exist existing
exists exorcise exorcised exorcises exorcising exorcizing expertise expiring expressly expressways
exulting facades factions factor factored factors failing failings fails fairer fairly falconer
falconry fall fallow fallowed fallowing fallows false falter falters farmed farming farmings
farther farthest faster fatheads fathered fatherly fatter faulting faxes fearless feather feathers
feathery feces feds feedings feeling feelings feels fees felling fellows fells fending fends feted
feuding feuds fezes fiches fiddling fidel fidget fidgeting fiefs fielding fiend fiendish fiends
fifes figured figures filching filed files filing filings filling fillings fills fined fines fired
firefights fires firmer firming fished fisher fishers fishing fitting fives fixed fixes fizzling
flailing flaking flambeing flamer flamers flaming flamingoes flamings flaring flashers flatters
flawing flaying fleas flecking fleecing flees fleeting fleming flesh fleshing flexing flied flier
fliers fliest flight flights fling flings flips flits floaters floes flores florists flues flyer
foaling foals foaming foes foiling foils folds folk folksy follower followers followings followup
fools foosball footballs footfall footfalls footrest forbes forces fords forecast foreman foremast
foremen foremost fores foresees forested forester forestry forfeits forges forget forgets former
formless forms forrest fortes fortress forts fouls fours fowls foxed foyers framer framers framing
freed freedman freedmen freeing freeman freemen frees freest freeware freeways freezing freighters
freshets freshman freshmen fridges fried frieda friedman friended friendly fries friezes fright
frighting frights fringe frito fritz fruity fryer frying fuelling fulling fulls furthers gaggles
gaiters gaits galls gamekeeper gamekeepers garaged garages garaging garbage gardened gardeners
gardenia gardner gargle garments garners gary gases gasps gasses gassiest gassy gates gauls gauss
gazers gazes gazing geeks gees genes ghats gibes gibing giblet gigglers giggles gilds giles gills
gilt gilts gimlet girds girts give given givens gladdens glances glass glassed glassier glassy
glazes glazier glaziers glazing gliders gloat gloats globe globes gloom glosses glossies gloved
glover glows glues gnats goads goals goggle goggled goldie gongs gonks goods gooey goofs googles
gooks goons goosed gooses goren gorse goths gourd gourds grabbing grabs graces gracing grades
grading grads grafting grainy grams granada grandad grandads granddads grandfathers grandmas
grandmothers grandparent grandpas grange granting grapes graphing grasp grasping grasps grasses
grassing grates grating gratings graves graving graying grays graze grazed greasing greasy grebe
greed greek greene greener greens greer greet groaning grocer grocers grooms grope gropes gross
grouse grout grouts grove groves grown grows grues guess guile guilt gulfs gully gulps gust gusto
gusts gusty gymnasia gymnasiums gymnastic gyrating hacks haggling hails hairdressers hakes halfway
hallows halls haman handball handballs handshakes hanks harks hatting haws heisting hells helpmeet
hemet hero herod heroes heroin heroins heros hiding hieing hiked hikes hilly hilts hinting hiring
hitching hiving hoarding hoarse hobbling hobos hods hogging hoisting holdings holed holes holing
holloway holst hooded hooding hoofs hooks hoops hoots horde hordes hording horne horns horsed
horsey horsy horus hose hosea hosed hoses houma hounding hours houseclean housed houseplants
howling howls huang huggins hulls humane huron husbands hushes individuals industries infantry
infecting infects inflates inflecting injecting injects insects inserting inserts insetting
inspect inspected inspection inspections inspector instants interaction interactions interception
interdiction interjecting interjection interjections intersecting intersections intervened
intervening intervention interviewee interviewees interviewer interviewers interviews
introspection jacked jackie jackpots jagger jangle janis janus jigger jiggers jigging jiggling
jingle jogged joggle joggles joggling journalese journalism journalistic jude judea judged judges
jugging juggle jugglers juggling jumbling jumpier jumpiest jumpy jungles junipers kayaks kayla
keel keeling keels keening keeping kenneling ketches keyboarded keyboarder keyword keywords khakis
kicky kidd kilts kinking kinks kissed kisser kissers kitchener kited kits kitties knacks knapsacks
knaves knee kneed kneeing knees knell knelling knells knelt knifed knifes knits knitters knock
knowing knuckling labored laborer laborers laboured labourers labours laces lacks laddie laddies
lades lading ladings ladles ladling lads lagging lamas lames lamps lams lancing land landings
landline lanes lansing lapping lapps laps lapse lapsing lapwing lapwings larding lards larks larry
lases lashing lathing lauding lauds launching lawns lawyers layer layers laying lazes lazies
laziness leaching leading leads leafing leafs leaguing leaking leaks leaning leanings leans leapt
learning leas lease leases leash leashing leasing least leaved leaven leavens leavings lectured
lecturer lectures lefts legging leggins legions lei leila leis lending lends lepus levee levees
level leveling levels lever levering levers levies levying libby liens lighting likeness
likenesses likes lila lilacs lilia lilting lilts limbs limiting limns limos limpness lines lingo
links linting lints linus lionises lionizes listing listings lists load loafing loafs loaning
loans loathing loaves locating locking locks lodes lodging lodgings lofting lofts logging logos
loin loins longed longer longs looming looms loons looping loops loose loosing looting loots
lording lords lorraine lorre lorrie loudness lounged lounges lowness lugging lunge lunged lunging
lungs lyons mable maces machetes machine machines machining macron mails makes malinger malls
malts manage managed managers manages manes manger mangers mangier mangler manglers mann maple
maples mapping mappings marched marcher marchers mares marion marked marker markets marking marks
marlon maroons marring marshes mashing mass masts matches matching mates mather matrices matron
mauls maxes mazes meadows meals meats mechanical mechanise mechanised mechanises mechanism
mechanisms mechanize mechanizes meet melts memes menes mentors meres meter metes metre metros
meuse microwaved microwaves miles mobsters modal modals mode modem modems modes modest moles
monarchs money monikers monitored monkeyed monsters montaigne montana moochers mooed mooney moose
mope mopeds mopes moping mopped morse moses mosey motel motels mothered motherly motorbiked
motorcycled motorcyclist motorise motorises motorize motorizes motorways mountie mounties mounting
mountings moused mouser mouses mousey mousse moustaches mousy mouthe moved mowed mules muse mused
muses musical musicals mustaches mustered myles neckline neckties neighbored neighborly
neighboured neighbourly nonce none noodling noon noose norse nursed oceans offences oldie oliver
olives ollie omens opener openings opined opining oranges orifices outwit outwits ovens overact
overacts overall overate overcast overcasts overeat overeats overhauls oversells owens pacing
packed packing packs pacts paging pain paine paining pains paintings paired pairing pairs palavers
paling palling palls palms palsying pane panel panels panes pangs panning pans pansy pant panties
panting panty panza papering parabola parabolas parading paramedical parching parcs pared
parenting parents pares paring parings paris parker paroles paroling parred parring parroted
parrying pars parse parsed parses parsi parsing parson parsons parted parties parting partings
parts partying passed passel passels passer passion passions passkey pastes pasties pastiest
pasting pasts patch patent patented patenting patently patents paterson pates paths patience
patienter patiently patinas patriots patrols pats patsies patsy patties patting pauling pause
pauses pausing pavements paving pawing pawning pawns payed payer payers payment payne peacocks
peaked peaking peaks pearling pears pearson pensioned pensions peonies peopled peppiest peppy
perforates perforce performed performs perked perking perks perms peron pershing persians persona
personae personal perusing peterson petioles phases phasing phishing phoned phoney phoneys phonies
phoning phony photographed photographic photographs photography phrasing piazzas piazze pigments
pigpen pigpens pilling pills pilots pinch pinching pinking pinning pint pinto pintos pints pious
pirating pisses pissing pith pithy pitting pitying pivot pizazz place placed placement placer
placers places placing plaguing plaice plain plains plaint plaints plait plaiting plaits plan
planed planet planets planing plank planking planks planners planning plans plant planters
planting plantings plants plasters plate plated platens plates platforms plating platters playgoer
playpens plazas pleaders pleading pleas pleasing pleating plot plots plovers ploys pluses plying
pointy poises poising poisoning policed polices policewomen policy polite polkaing polling polls
polyesters polymers ponce pone pones poppies poppy pores poring pornographer pornographers porting
ports posies posit positing posits posses posting postmark postmen potting pouching pouncing
pounding pouting pouts powering praising prancing prating prawning pray prayed prayer prayers
predestine predestines preppies presence presences presented presenting presents preservers preset
presetting presidents pressing presto pretenders preying preys priam prices pricking prides pries
priests primes print printing printings prints prise prises prison prisons privet prizes
processing professing profiteers profiting programers projecting proms prone prose protecting
protection protectors protestant protested protestor protestors protests pruning prying psyching
puddling pullers pulpiest pulping pulps pulpy pulse pulses pulsing punchline punishing punning
punting punts pupal puppets pure puree pureeing purer purest purge purging purist purled purling
purls purpler purples purring purrs pursed purser purses pursing pursue pursuing purus pusey
pushcart pushcarts pushed pusher pushers pushkin pusses puzzling queening queering quelling
querying questing quieting rabbi rabbis rabbited racked rackets racquets radioing raider raiders
raiding raids rallying reaching reacting reaction readings ready readying reals reaming reams
reaping reaps rearing rearming rears rebating receding receipting receptionists receptions
receptor recreation redding redemption redis redo redoing reds reducing reed reeds reefers
refereed reference referent referred refresh refreshes refrigerant refrigerants refrigerate
refrigerated refrigerates refrigeration refrigerators regaling registrant registrants relating
relaxing relaying remaking remoter renaming rending rends reorder reorders repaying reportage
reported reports residing restraint restraints restrooms retaking retardant retardants reveres
rheas rices ricing ridding ridge ridges ridging rids rifer riles riling rills rimes riming rinds
riper riser risers rises rising rites riven rivera rivet rivets rna roadster roams roans roars
roast roaster roasters robed robles robs robuster rocket rods roes roiling roils roister roisters
rojas roles roll rollins romes romps roods roofs rooks roomy roost roosted roosters rooter roots
ropes roses roster rosters rounding rover rovers roves roweling rowling rubes ruder ruining runnel
runnels runnier runniest ryder sabre sabres sacking sacks sagas sage sager sages sags sailboard
sailboats sailing sailings sails salas salesmen saleswomen salinger salted salter salting saluting
salver salving sampling sanction sand sandal sandbags sandbars sanding sandlots sandoval sands
sandwiched sandy sanger sans sapling sapping saps saree sarees sars satan sate sated sates sating
saunters sauted savoring sawing sawn scags scaliest scaling scandal scandals scans scanting scar
scarcest scare scares scarfing scarfs scariest scaring scarring scars scary scathing scatters
scatting schooling schools schooner schooners scissor scooted scooting scoots scoping score
scorers scores scouring scouting scouts scrapping scratching scream screeching screened scroll
scrolling scrolls scrub scubas scuffing scurf seabed seal sealed sealers sealing seals seamed
seaming sean seared searing sears seashores seasides seating sebring secretes securing sedans
sedate sedated sedater sedates sedating sedation sedna seeding seeings seekers seeking seeming
seep seeping seeps selassie selling selves semaphore senate senates senators sending sensors sepal
sepals serest series serve served server servers servings servos setters setting settings settling
sevens severing severs sewing shack shacks shading shafting shags shaka shake shakers shakes
shaking shaky shank shanks shaping shard shards share shares shari sharing sharking sharp sharping
sharps shatters shear shearing shears sheds sheen sheer sheering sheet shelving shes shies shift
shifting shifts shilling shimmer shimmers shimmery shimming shimmying shims shiner shiners
shingles shingling shining shinning shins shipper shippers shipping shire shires shirk shirks
shirr shirrs shirting shit shits shitting shiver shlep shlepping shleps shock shocking shocks
shoddier shoed shoeing shone shooing shoon shoos shoot shooter shooters shootings shopped shored
shores shoring shorn short shorting shots shoulder shoulders shout shove shoves shoving showers
showing shows showy shred shrek shrew shriving shrouding shrubs shunting shunts shuts shutting
shuttling shysters sibling siblings sicks sidewalks sidewall sidewalls siding sidle sidles sidling
sieves sieving sifter sifters sifting sifts sighing sighs sighting sign signer signers signings
signs silas silting silts silvers silvery simile similes simmer simmered simmering simmers simpers
sims singe singed singeing singes singh singles singling singsong sinister sinker sinkers sinkiang
sinking sinks sinner sinners sinning sins sinus sipping sips siring sisterly sitar sitars sites
siting sitter sitters sittings sizer sizing sizzling skateboarded skated sketching skied skies
skimming skims skinning skins skips skirting skit skits skitters skying skylines skyscrapers slabs
slack slags slakes slaking slams slanting slap slash slate slated slater slates slathers slating
slats slaver slaving slavs slaying slays sleek sleeking sleeks sleepy sleet sleeting sleets slept
slewing slicers slicks sliders slier slimmer slimming slims sling slinging slings slinking
slipping slips slithers slits slitting sliver slivers sloes sloping slopped sloppier slopping
slops slotting slurping slurring sluts smacking smacks smarting smearing smelling smelting smiled
smiley smileys smirking smite smites smiting smock smocking smocks smoke smoked smoker smokers
smokey smolder smolders smoother smoothing smoulder smoulders smuts snacks snagging snags snailing
snakier snaking snapping snaps snare snares snarf snarfing snaring snark snarks snarling sneak
sneaked sneaker sneakier sneakiest sneaking sneaks sneering snifters sniggers snips snits snootier
snoots snore snores snorts snouts snowboarded snowboards snows snuffers snuffing snugging snugs
soaking soakings soaks soaping soaps soaring soars soave sobering sock socking sodas sofia soiling
solder soldered solders soldiered soldierly soles solider soloing solon solve solver solvers
someday someones songs soon soothes soothing sootier sopped soppier sopping sops sore sorer sores
sorest sorrows sorters sorting sorts soses souping soups sourcing sourer souring sousing souths
sowing spacing spading spake spank spanking spankings spanks spans spare spares sparing spark
sparking sparkler sparkling sparks sparring spars spate spates spatters spatting spaying speakers
spear spearing spears speck specking speckling specks speculator speculators spewing sphinges
spieling spiking spilling spinet spinners spinning spins spinster spirit spiriting spiting spits
spitting splint splinting spock spoiling spokes spongers sponging spoof spoofs spook spooking
spooks spool spools spoor spoors spore spores sporting sports spotting spouting spouts sprain
spraining spreader spreading spring springing sprinkling sprints sprite spritz spritzing sprouting
spurning spurring spurting spyglasses squab squabs squad squads squared squarer squares squaring
squash squaw squaws squeaking squealing squire squired squires squiring squirreled stabbing
stables stabling stabs stacking stacks stadiums stael staffing staffs staged stages stagger
staggers staging stagings staid stain staining stains stair staircases stairways stake stakes
staking stale stales staling stalk stalking stalkings stalks stall stalling stallion stalls
stamping stan stanching standings stank stanton stapling star starching stared stark starlet
starlets starling starlings starr starring stars start starters starting startling starts starve
starves starving stash stashing state stated stater states statesman stating stations stats
staunton stave staves staving staying stays stead steads steadying steak steaks steam steaming
steams steamy steel steeling steels steep steeping steeps steering stems step stepped stepping
sterling steve stewing stews sticking sties stiff stifling stile stiles stiller stilling sting
stinger stingers stingier stinging stings stinkers stinking stinting stippled stippling stirling
stirring stirs stitching stock stockading stockiness stocking stocks stodgier stoke stokes stoking
stol stole stoles stolider stomp stomped stomping stomps stone stones stoning stools stoop stooped
stooping stoops stoplights stoppage stoppard stopper stoppers storage stored storey storeys
stories storing storm storming storms story stoves stowe stowing stows strafing straggler
stragglers strainer strainers straining strand stranding strands strange strangely strangest
strangle strangled strangler stranglers strangles strapped strapping strawing straying streak
streaking streaming streams strep stress stretchier strew strewing strews strident striding
striking string stringed stringer stringers stringier stringing strings stringy striping stripped
stripping striving stroking strolled stronger strop stropped stropping strops strove stubbing
stubble studies stuff stuffing stumbled stumbler stumblers stumping stunting sturgeon sturgeons
styes styling suarez sublets suburbans suburbia subways sucks sudan suffer suffers sugaring suing
suite suites suiting summers summing sunburn sunburns sundials supermarkets suppers supping surat
surer surfaces surfboarded surfed surfeits surging surreal suturing swabs swags swain swains swank
swanks swapping swaps swarming swash swathes swathing swats swatter swatters swatting sways
swearer swearers swearing sweatier sweatiest sweating swedes sweep sweepings sweeter sweets
swelter swelters swerve swerves swerving swigging swigs swilling swindling swines swing swinger
swingers swiping swirling swish swiss swoon swoons swopped swopping swops swore syringes syringing
tabled tablet tablets tabling tacked tacking tackling tacks tailed tailing tails taine taint
taints takes taking takings tale tales talker tallying tames tamps tams tanager tanagers tangling
tanked tankers tanking tanks tanners taoists tapes taping tarps tasked tasking tasks tattling
taunting taxes taxies teaches teaks teals teams teamster teasers technical teems teenier teensy
teeny tees televising tends tens tense tents tenuring terms terns tethers texes thais thales
thanking thatcher thawing theaters theatres thees theft theorist theorists thieu thighs thine
thirst thirsts thirties threaten threw throb throbbing throbs throe throes thronging throngs
thrown thunks thurs tiber tier tiers tight tigris timer timers tinge tinges tinkers tipis tips
tipsy toasting toddies toddle toddled toddles toddy toiled toiler toilers toilets toner totaling
touring tourism touristic tours tousles tousling towed towel towels townes toying tracers traci
track tracking tracks traders traffics trail trailer trailers trailing trails trained trainee
trainees trainer training trait traits tramp tramps tran trances trans transfers traps trash
travis trawling trays treachery treas trees trenchant trending trialing trick tricks tries trims
trina trios trip tripe tripos trolled trolleys trollies trollope trolly trons trouper troupers
troupes troweling truce truces trunk trunking trussing trustier trying tubman tuck tucks tunas
tunes tuning tunis tuns turbines turds turfing turfs turin turing turks turn turners turquoises
tussling tutoring tuxedos twain tweaking twerk twerks twerp twerps tying tykes type typed typos
tyres umbriel uncles unformed uniformed uniformly unlacing unload unloaded uploading uploads vasts
vents vesicle vesicles vesta vets victors vilest violent violets visions wacks waddling wader
waders wades wading wadis wafer waffling wafting wafts wager wagering wages waggling waging wagner
waifs wailed wailing wails wainscot wainscots waist waists waite waited waive waiver waivers
waives waiving waked wakening wakes waking wale waled wales walesa waling walker walled walling
walls walsh walter walters waltzing wanders wanes wangling waning wanked wanking wanks wanner
wanting wants warbling warder warehoused warehouses wares warhorse warier waring warner warts
washed washer washers washings washrooms waste waster wasters wastes wasting watched watcher
watchers watchmen waterfalls watering waters watery wats wattling watts wave waved waver wavering
wavers wavier waxes waxier waxing weakling weals weathers weave weaves weaving welshing whacking
whaled whaler whalers whaling whats wheal wheals whiles whimpering whine whist whit whiten whiter
whites whiting whitings whits whole wholes whorehouse wilting wilts windbreaks winter winters
wishes wishing witch witches witching wither withers witless witness wits witting wives woken woks
wolff wonder wondering wood woodard wooden woodlands woodman woodsy woody wooed woofed woofs woolf
woos worded wording wordings words work worked workings workshops worming worms worriers worrying
worse worship worst worsting wotan woven wrath wreaking wreathes wreathing wreckers wrecking
wresting wretches wrier wriest wringing wrist writ writer writers writhe writhes writhing writings
writs wrote yellows
"""
