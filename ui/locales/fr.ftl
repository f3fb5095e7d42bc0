# Every string of the window. Voice: a hospital colleague; what happened, then what to do.
# Typography (checked by tests/locale.test.ts): U+202F before ; ! ? and inside « », U+00A0 before :, curly apostrophes.

app-name = Relecture
app-tagline = Le poste de travail du médecin expert

## Shared

retry = Réessayer
cancel = Annuler
back = Retour
close = Fermer
copy = Copier
copied = Copié
count-of = { $count } sur { $total }
quoted = « { $text } »
unit-pieces = { $count ->
    [one] pièce
   *[other] pièces
  }
unit-pages = { $count ->
    [one] page
   *[other] pages
  }
unit-series = séries
sex-female = Féminin
sex-male = Masculin
sex-unknown = Non renseigné
represented-minor = { $sex ->
    [female] Mineure
   *[male] Mineur
  }
represented-protected_adult = { $sex ->
    [female] Majeure protégée
   *[male] Majeur protégé
  }
represented-request-minor = { $sex ->
    [female] Mineure, demande de son représentant légal
   *[male] Mineur, demande de son représentant légal
  }
represented-request-protected_adult = { $sex ->
    [female] Majeure protégée, demande de son représentant
   *[male] Majeur protégé, demande de son représentant
  }

## Connexion

psc-sign-in = Se connecter avec Pro Santé Connect
psc-sign-in-hint = Avec votre carte CPS ou l’application e-CPS. La page s’ouvre dans votre navigateur.
psc-without-browser = Sans navigateur, sur mon téléphone
psc-browser-title = Terminez la connexion dans votre navigateur
psc-browser-detail = La page de Pro Santé Connect s’y est ouverte. Relecture s’ouvrira d’elle-même ensuite.
psc-browser-over = La connexion n’a pas abouti
psc-browser-again = Rouvrir la page
psc-outside-title = Pro Santé Connect, sans navigateur
psc-rpps = Numéro RPPS
psc-rpps-hint = Les onze chiffres inscrits sur votre carte CPS
psc-rpps-needed = Saisissez les onze chiffres de votre numéro RPPS.
psc-by = Comment répondre
psc-by-phone = Application e-CPS, sur mon téléphone
psc-by-card = Carte CPS, dans le lecteur de ce poste
psc-ask = Envoyer la demande
psc-asking = Envoi…
psc-phone-title = Répondez sur votre téléphone
psc-phone-detail = L’application e-CPS montre un nombre. Validez seulement s’il est celui-ci :
psc-card-title = Répondez avec votre carte CPS
psc-card-detail = Le logiciel de la carte montre un nombre. Validez seulement s’il est celui-ci :
psc-number = Nombre à comparer : { $number }
psc-left = Encore { $left }
psc-confirm = Confirmer avec Pro Santé Connect
passkey-sign-in = Avec une clé d’accès
passkey-sign-in-wide = Se connecter avec une clé d’accès
passkey-sign-in-hint = Clé de sécurité, téléphone ou cet ordinateur. La page s’ouvre dans votre navigateur.
passkey-browser-detail = La page de la plateforme s’y est ouverte et demande votre clé. Relecture s’ouvrira d’elle-même ensuite.
passkey-confirm = Confirmer avec une clé d’accès
offline-offer = Travailler hors connexion
offline-offer-detail = La plateforme ne répond pas. Les dossiers de ce poste peuvent rester lisibles un temps avec votre code de déverrouillage.
offline-title = Travailler hors connexion
offline-detail = Vous lisez et écrivez dans les dossiers déjà reçus sur ce poste. Tout part à votre prochaine connexion.
offline-code = Code de déverrouillage
offline-code-hint = Celui que vous avez choisi sur ce poste
offline-open = Ouvrir
offline-busy = Ouverture…
offline-needed = Saisissez votre adresse e-mail et votre code de déverrouillage.
status-offline = Hors connexion, lisible jusqu’à { $moment }
status-unreachable-until = Plateforme injoignable, lisible jusqu’à { $moment }
status-sign-in = Se connecter
password-forgotten = Mot de passe oublié ?
password-forgotten-next = Connectez-vous autrement, ci-dessus, ou appelez la plateforme : elle vérifie votre identité et vous donne un mot de passe provisoire.
password-forgotten-staff = Appelez la plateforme : elle vérifie votre identité et vous donne un mot de passe provisoire.
sign-in-or = ou avec le compte de la plateforme
sign-in-title = Compte de la plateforme
sign-in-email = Adresse e-mail
sign-in-password = Mot de passe
sign-in-code = Code à 6 chiffres
sign-in-code-hint = Affiché par votre application d’authentification
sign-in-recovery = Code de récupération
sign-in-recovery-hint = L’un des dix codes notés lors de votre première connexion
sign-in-recovery-needed = Saisissez l’un de vos codes de récupération.
sign-in-first = Première connexion
sign-in-use-recovery = Utiliser un code de récupération
sign-in-use-code = Utiliser le code à 6 chiffres
sign-in-submit = Se connecter
sign-in-busy = Connexion en cours…
sign-in-about = Ce poste
sign-in-email-needed = Saisissez l’adresse e-mail de votre compte.
sign-in-password-needed = Saisissez votre mot de passe.
sign-in-code-needed = Le code compte six chiffres. Lisez-le sur votre application d’authentification.
password-title = Choisissez un nouveau mot de passe
password-why = { $reason ->
    [compromised] Quelqu’un d’autre connaît peut-être l’actuel : il n’ouvre plus rien.
    [provisional] Celui que la plateforme vous a donné ne sert qu’à cela.
   *[renewal] L’actuel a plus de six mois.
  }
password-new = Nouveau mot de passe
password-rules = De 8 à 25 caractères, avec une majuscule, une minuscule, un chiffre et un autre signe
password-again = Le même, une seconde fois
password-new-needed = Saisissez un nouveau mot de passe.
password-differs = Les deux saisies diffèrent.
password-keep = Garder ce mot de passe
password-show = Afficher le mot de passe
password-hide = Masquer le mot de passe
session-over = Votre session est terminée. Reconnectez-vous : votre travail est enregistré.
signed-out = Vous êtes déconnecté. Votre travail reste chiffré sur ce poste.
sign-out = Se déconnecter
fact-workstation = Ce poste
fact-enrolled = Enregistré à votre nom le { $date }
fact-not-enrolled = Sera enregistré à votre première connexion
fact-cases = Sur ce poste
fact-cases-sealed = Dossiers chiffrés
fact-cases-sealed-detail = Illisibles tant que vous n’êtes pas connecté
fact-cases-count = { $count ->
    [0] Aucun dossier
    [one] { $count } dossier chiffré
   *[other] { $count } dossiers chiffrés
  }
expert-line = { $specialty }, RPPS { $rpps }

## Application d'authentification

totp-title = Ajoutez votre application d’authentification
totp-why = Elle affiche un code à six chiffres, demandé à chaque connexion avec votre mot de passe.
totp-qr = Code QR à lire avec votre téléphone
totp-scan = Avec votre téléphone
totp-scan-detail = Ouvrez l’application d’authentification, choisissez d’ajouter un compte et visez ce code.
totp-by-hand = Ou saisissez cette clé
totp-first-code = Premier code à 6 chiffres
totp-first-code-hint = Il prouve que l’application est bien réglée
totp-confirm = Vérifier ce code
recovery-title = Notez vos codes de récupération
recovery-why = Si vous perdez votre téléphone, chacun de ces codes permet une connexion. Gardez-les hors de ce poste : ils ne seront plus affichés.
recovery-noted = J’ai noté ces codes
recovery-done = Continuer

## Verrouillage

lock-title = Poste verrouillé
lock-because-asked = Verrouillé à { $hour }, à votre demande. Votre travail est enregistré et rien n’est lisible.
lock-because-idle = Verrouillé à { $hour }, { $minutes ->
    [0] faute d’activité
    [one] après { $minutes } minute sans activité
   *[other] après { $minutes } minutes sans activité
  }. Votre travail est enregistré et rien n’est lisible.
lock-because-system = Verrouillé à { $hour }, avec la session de ce poste. Votre travail est enregistré et rien n’est lisible.
lock-because-sleep = Verrouillé à { $hour }, à la mise en veille de ce poste. Votre travail est enregistré et rien n’est lisible.
lock-code = Code de déverrouillage du { $name }
lock-open = Déverrouiller
lock-busy = Ouverture en cours…
lock-sign-in = Se connecter autrement
lock-unsent = { $count ->
    [one] { $count } envoi en attente
   *[other] { $count } envois en attente
  }
lock-unsent-detail = { $count ->
    [one] Il est chiffré sur ce poste et vous attend après le déverrouillage.
   *[other] Ils sont chiffrés sur ce poste et vous attendent après le déverrouillage.
  }
lock = Verrouiller
code-show = Afficher le code
code-hide = Masquer le code
choose-code-title = Choisissez un code de déverrouillage
choose-code-why = Après quinze minutes sans activité, ou dès que vous le demandez, ce poste se verrouille. Ce code le rouvre là où vous en étiez, sans refaire toute la connexion.
choose-code-label = Code de déverrouillage
choose-code-hint = Au moins huit caractères, par exemple deux mots et un nombre
choose-code-again = Le même code, une seconde fois
choose-code-keep = Garder ce code
choose-code-busy = Enregistrement en cours…
choose-code-later = Choisir plus tard
choose-code-later-detail = Sans code, un poste verrouillé demandera une connexion complète.
choose-code-differs = Les deux saisies diffèrent. Recommencez avec le même code.

## Mes dossiers

worklist-title = Mes dossiers
worklist-aside = Ce poste
worklist-summary = { $offers ->
    [0] Aucune proposition à décider
    [one] { $offers } proposition à décider
   *[other] { $offers } propositions à décider
  }, { $cases ->
    [0] aucun avis
   *[other] { $cases } avis
  } à rendre.
worklist-next-due = Le prochain : { $moment }.
recovered-what = Ce poste avait perdu ses clés ou l’index de ses dossiers. Il est de nouveau prêt.
recovered-next = { $cases ->
    [0] Aucun travail non envoyé n’y restait. Les pièces se téléchargent à nouveau.
    [one] Votre travail non envoyé sur un dossier est repris. Les pièces se téléchargent à nouveau.
   *[other] Votre travail non envoyé sur { $cases } dossiers est repris. Les pièces se téléchargent à nouveau.
  }
offers-title = À décider
offers-first = La première réponse est attendue { $moment }
offer-title = Proposition { $ref }
offer-answer-before = Répondre avant { $moment }
offer-who = { $sex ->
    [female] { $child ->
        [yes] Fille
       *[no] Femme
      }
   *[male] { $child ->
        [yes] Garçon
       *[no] Homme
      }
  }, { $from } à { $to } ans
offer-minutes = Environ { $minutes } min
offer-reading = de lecture
offer-complete = { $present ->
    [0] Dossier complet
    [one] Dossier complet, { $present } pièce attendue reçue
   *[other] Dossier complet, { $present } pièces attendues reçues
  }
offer-incomplete = { $missing ->
    [one] { $present } sur { $total } : manque « { $first } »
   *[other] { $present } sur { $total } : manquent { $missing } pièces
  }
offer-decline = Décliner
offer-decline-name = Décliner la proposition { $ref }
offer-examine = Examiner
offer-examine-name = Examiner la proposition { $ref }
offer-required = Pièces attendues pour cette pathologie
offer-required-missing = Manque, à demander
cases-title = En cours
cases-count = { $count ->
    [0] aucun avis
   *[other] { $count } avis, par échéance
  }
cases-empty = Aucun avis à rendre. Les propositions de la plateforme apparaîtront ici.
cases-empty-offers = Aucun avis à rendre. Examinez une proposition pour commencer.
column-due = Échéance
column-case = Dossier
column-subject = Patient et question
column-reading = Lecture
column-opinion = Avis
column-here = Sur ce poste
case-open-name = Ouvrir le dossier { $ref }, { $subject }
case-who = { $sex ->
    [female] { $child ->
        [yes] Fille
       *[no] Femme
      }
   *[male] { $child ->
        [yes] Garçon
       *[no] Homme
      }
  }, { $age } ans
time-about = environ { $duration }
time-left = reste { $duration }
time-late = en retard de { $duration }
reading-done = Tout est lu
reading-none = Pas commencée
reading-some = { $seen } sur { $pieces } pièces
opinion-ready = Prêt à vérifier
opinion-draft = Brouillon
opinion-draft-detail = { $answers ->
    [0] Aucune réponse sur { $questions }
    [one] { $answers } réponse sur { $questions }
   *[other] { $answers } réponses sur { $questions }
  }
opinion-none = À écrire
here-complete = Complet
here-absent = Pas encore reçu
here-receiving = Reçu à { $part }
here-stopped = Arrêté à { $part }
signed-title = Signés
signed-count = { $count } avis
signed-on = Signé le { $date }
signed-open-name = Ouvrir l’avis signé { $ref }, { $subject }
signed-waiting = Pas encore envoyé
signed-received = Reçu le { $date }
signed-received-until = Reçu le { $date }, consultable jusqu’au { $until }
left-out-title = Pas sur ce poste
left-out-detail = oubliés ici à votre demande, toujours à vous
left-out-due = { $moment }
left-out-take-back = Reprendre sur ce poste
left-out-take-back-name = Reprendre le dossier { $ref } sur ce poste
decided-acceptance = Acceptation en attente d’envoi
decided-decline = Refus en attente d’envoi
outbox-title = En attente d’envoi
outbox-detail = Chiffré sur ce poste. Chaque envoi part une seule fois, dans l’ordre, dès que la plateforme répond.
outbox-empty = Tout est envoyé.
waiting-acceptance = Acceptation du dossier { $ref }
waiting-decline = Refus du dossier { $ref }
waiting-report = Avis signé du dossier { $ref }
waiting-since = En attente depuis { $moment }
waiting-refused = La plateforme ne l’accepte plus : le dossier a changé entre-temps.
waiting-dismiss = Retirer
waiting-open = Voir l’avis
closed-title = Clos
closed-count = { $count ->
    [one] { $count } avis rendu, effacé de ce poste
   *[other] { $count } avis rendus, effacés de ce poste
  }
unsent-title = Non envoyé
unsent-count = { $count ->
    [one] { $count } envoi en attente
   *[other] { $count } envois en attente
  }
unsent-detail = { $count ->
    [one] La plateforme ne l’a pas encore reçu. Il est chiffré sur ce poste et partira sans doublon.
   *[other] La plateforme ne les a pas encore reçus. Ils sont chiffrés sur ce poste et partiront sans doublon.
  }
unsent-show = Voir et renvoyer
unsent-retry = Réessayer maintenant
unsent-sending = Envoi en cours…
workstation-name = Nom
workstation-cases = Dossiers chiffrés
workstation-cases-value = { $count }, soit { $size }
workstation-receiving = En réception
workstation-receiving-value = { $ref }, { $size } restants
workstation-ahead = Réception d’avance
workstation-ahead-on = Active.
workstation-ahead-paused = Suspendue.
workstation-ahead-pause = Suspendre
workstation-ahead-resume = Reprendre
workstation-updated = Dernière mise à jour

workstation-devices = Gérer mes postes
devices-title = Mes postes
devices-detail = Les ordinateurs enregistrés à votre nom. Révoquez celui que vous n’utilisez plus, ou qui est perdu.
device-current = Ce poste
device-enrolled = Enregistré le { $date }, { $state }
device-last-seen = vu { $moment }
device-never-seen = jamais vu depuis
device-signed-in = connecté en ce moment
device-revoked = révoqué le { $date }
device-revoke = Révoquer
device-revoke-name = Révoquer { $name }
revoke-title = Révoquer { $name } ?
revoke-detail = Sa session s’arrête aussitôt. Il efface ses dossiers dès qu’il joint la plateforme, et sans elle il ne peut pas les ouvrir. Ce qui n’y a pas été envoyé est perdu.
revoke-this-title = Révoquer ce poste ?
revoke-this-detail = Vous êtes déconnecté et les dossiers de ce poste sont effacés aussitôt. Ce qui n’a pas été envoyé est perdu.
revoke-proof = Prouvez à nouveau votre identité
revoke-keep = Garder ce poste
revoke-confirm = Révoquer
revoke-busy = Révocation en cours…
passkeys-title = Mes clés d’accès
passkeys-detail = Une clé d’accès vous connecte sans mot de passe : clé de sécurité, téléphone ou ordinateur qui vous reconnaît.
passkeys-none = Aucune clé pour l’instant.
passkey-add = Ajouter une clé
passkey-add-title = Ajouter une clé d’accès ?
passkey-add-detail = La page de la plateforme s’ouvre dans votre navigateur. Elle vous demande votre clé et un nom pour la reconnaître.
passkey-add-confirm = Ouvrir la page
passkey-add-busy = En attente du navigateur…
passkey-adding-title = Terminez l’ajout dans votre navigateur
passkey-adding-detail = La page de la plateforme s’y est ouverte. La clé paraîtra ici ensuite.
passkey-enrolled = Ajoutée le { $date }, { $state }
passkey-last-used = utilisée { $moment }
passkey-never-used = jamais utilisée
passkey-remove = Retirer
passkey-remove-name = Retirer { $name }
passkey-remove-title = Retirer { $name } ?
passkey-remove-detail = Elle ne vous connectera plus. Votre téléphone ou votre navigateur peut encore la montrer : supprimez-la aussi là-bas.
passkey-remove-busy = Retrait en cours…
passkey-keep = Garder cette clé

## Proposition

interest-title = Avez-vous un lien d’intérêt ?
interest-detail = La réponse est gardée au dossier et visible du patient.
interest-detail-first = Premier avis : { $by }. La réponse est gardée au dossier et visible du patient.
interest-none = Aucun lien
interest-none-detail = Ni avec le patient ou sa famille, ni avec l’équipe du premier avis, ni avec un fabricant concerné
interest-declared = Un lien à déclarer
interest-declared-detail = Décrivez-le : il sera joint à votre acceptation
interest-declared-text = Nature du lien
interest-impossible = Je ne peux pas rendre cet avis en toute indépendance
interest-impossible-detail = La proposition sera déclinée
accept-title = Si vous acceptez
accept-due = Avis à rendre avant
accept-bytes = { $size } reçus chiffrés sur ce poste
accept-opens = L’identité et les pièces s’ouvrent après l’acceptation
accept-confirm = Accepter le dossier
accept-busy = Acceptation en cours…
decide-later = Décider plus tard
decline-with-reason = Décliner avec un motif
decline-title = Motif du refus
decline-detail = Quelques mots suffisent. La plateforme proposera le dossier à un confrère.
decline-back = Revenir à la proposition
decline-confirm = Décliner la proposition

## Le dossier

bar-who = { $sex ->
    [female] { $child ->
        [yes] Fille
       *[no] Femme
      }
   *[male] { $child ->
        [yes] Garçon
       *[no] Homme
      }
  }{ $age ->
    [-1] {""}
   *[other] , { $age } ans
  }, { $sex ->
    [female] née le { $date }
   *[male] né le { $date }
  }
identity-qualified = Identité INS qualifiée
identity-unqualified = Identité INS non qualifiée
sharing-granted = Médecin traitant : envoi autorisé
sharing-refused = Médecin traitant : envoi refusé
sharing-granted-long = Autorisé
sharing-refused-long = { $sex ->
    [female] Refusé : l’avis sera remis à la patiente seule
   *[male] Refusé : l’avis sera remis au patient seul
  }
strip-minor = { $sex ->
    [female] Patiente mineure
   *[male] Patient mineur
  }
strip-protected_adult = { $sex ->
    [female] Patiente majeure protégée
   *[male] Patient majeur protégé
  }
strip-detail = { $kind ->
    [minor] { $lady ->
        [yes] Représentante légale
       *[no] Représentant légal
      } : { $name }, { $capacity }. { $given }
   *[other] { $lady ->
        [yes] Représentante
       *[no] Représentant
      } : { $name }, { $capacity }. { $given }
  } { $sex ->
    [female] a été informée le { $date }.
   *[male] a été informé le { $date }.
  }
pieces-fold = Replier les pièces
pieces-unfold = Déplier les pièces
key-pieces = Ctrl+B
pieces-filter = N’afficher qu’un type de pièces
pieces-filter-off = Tout afficher
pieces-filtered = { $kind } : { $count } sur { $total }
pieces-kind-all = Toutes les pièces
pieces-kind-imaging = Imagerie
pieces-kind-pathology = Anatomopathologie
pieces-kind-laboratory = Biologie
pieces-kind-report = Comptes rendus
pieces-kind-letter = Courriers
pieces-kind-other = Autres pièces
map-title = Ai-je tout vu ?
map-all = Toutes les pages du dossier ont été vues.
map-some = { $seen ->
    [0] Aucune page vue
    [one] Une page vue
   *[other] { $seen } pages vues
  } sur { $pages } ; { $left ->
    [one] il en reste une.
   *[other] il en reste { $left }.
  }
map-page = { $seen ->
    [yes] Page { $page }, vue
   *[no] Page { $page }, non vue
  }
map-next = Lire la prochaine page non vue
pieces-title = Pièces
pieces-count = { $received ->
    [0] aucune reçue
    [one] { $received } reçue
   *[other] { $received } reçues
  }, { $unseen ->
    [0] tout est vu
    [one] { $unseen } à voir
   *[other] { $unseen } à voir
  }
pieces-gap = Plus de { $months ->
    [2] deux
    [3] trois
    [4] quatre
    [5] cinq
    [6] six
   *[other] { $months }
  } mois sans pièce
pieces-missing = Manquantes
pieces-missing-detail = Attendue, non reçue
piece-kind = { $kind ->
    [pdf] PDF
    [paper] Document
   *[image] Image
  }, { $pages ->
    [one] { $pages } page
   *[other] { $pages } pages
  }
piece-name = Pièce { $number }, { $title }, { $date }, { $state }
piece-number = Pièce { $number }
report-heading = Votre avis
report-row = Avis signé, version { $version }
report-detail = Compte rendu, PDF signé
report-beside = Relire avec les pièces
date-correct = Corriger la date
key-date = D
date-title = Date de la pièce { $number }
date-detail = Elle range la pièce dans le dossier et paraît dans votre compte rendu. Le fichier reçu n’est pas modifié.
date-filed-detail = Selon le dossier
date-read-detail = Lue sur la première page, à vérifier
date-own = Autre date
date-own-label = Date de l’acte
date-own-hint = Jour, mois, année : 12/03/2026
date-own-wrong = Ce n’est pas une date. Écrivez le jour, le mois et l’année, par exemple 12/03/2026.
date-keep = Garder cette date
date-corrected = Date corrigée par vous ; selon le dossier : { $date }
date-doubtful = La première page dit : { $date }
date-doubtful-name = , date à vérifier
piece-seen = Vue
piece-unseen = Non vue
piece-unreadable = Illisible
piece-shut = Mot de passe demandé
piece-not-shown = Format non affiché
piece-not-here = Pas encore reçue
piece-receiving = Reçue à { $part }
piece-password = Mot de passe de la pièce
piece-password-hint = Il ouvre cette pièce jusqu’au prochain verrouillage et n’est écrit nulle part.
piece-unlock = Ouvrir la pièce
search-label = Chercher dans le dossier
search-clear = Effacer
search-results = Résultats
search-count = { $total ->
    [0] aucun passage
    [one] { $total } passage
   *[other] { $total } passages
  }
search-unread = { $count ->
    [one] { $count } pièce est encore en lecture.
   *[other] { $count } pièces sont encore en lecture.
  }
search-wordless = { $count ->
    [one] { $count } pièce n’est pas cherchée, ou pas en entier : image, mot de passe ou fichier abîmé.
   *[other] { $count } pièces ne sont pas cherchées, ou pas en entier : image, mot de passe ou fichier abîmé.
  }
search-recognised = reconnu
search-recognised-hint = Texte reconnu sur l’image de la page : à vérifier sur la page elle-même.
search-recognising = { $count ->
    [one] Reconnaissance du texte : encore { $count } page
   *[other] Reconnaissance du texte : encore { $count } pages
  }
search-recognition-missing = La reconnaissance de texte n’est pas installée sur ce poste : les pages numérisées ne sont pas cherchées.
search-page = p. { $page }
search-notes = Vos notes
search-note-place = Pièce { $number }, p. { $page }
search-opinion = Votre avis
search-question = Question { $number }
search-answer = Réponse { $number }
key-search = Ctrl F
piece-waiting-absent = Cette pièce n’est pas encore sur ce poste
piece-waiting-receiving = Cette pièce arrive sur ce poste
piece-waiting-stopped = La réception de cette pièce est arrêtée
piece-waiting-complete = Cette pièce s’ouvre
piece-receive-again = Recevoir à nouveau
reception-label = Réception du dossier
reception-absent = Dossier pas encore reçu
reception-receiving = Réception du dossier
reception-stopped = Réception arrêtée
reception-progress = { $received } sur { $total }
reception-cancel = Annuler
reception-resume = Reprendre
refused-piece = Pièce
refused-safe = Ce qui est sûr
refused-safe-altered = Le fichier altéré a été détruit, il n’a pas été affiché. Les autres pièces et votre avis sont intacts
refused-safe-others = Les autres pièces et votre avis sont intacts
refused-support = Pour l’assistance
table-empty-title = Table de lecture
table-empty = Choisissez une pièce à gauche pour la lire.
table-toolbar = Outils de lecture
table-of = Pièce { $number }, { $title }
page-word = Page
page-of = sur { $pages }
page-input = Numéro de page
page-previous = Page précédente
page-next = Page suivante
page-alt = { $title }, page { $page } sur { $pages }
page-where = Page { $page } sur { $pages }
page-not-shown = La page { $page } n’a pas pu être affichée. Les autres pages restent lisibles.
zoom = Zoom
zoom-keys = Zoom (Ctrl +, Ctrl −)
zoom-fit = Ajuster à la largeur
zoom-page = Page entière
page-link = Aller à la page { $page }
page-where-short = page { $page }
light = Éclairage et redressement
light-brightness = Luminosité
light-contrast = Contraste
light-tilt = Redresser
light-degrees = { $degrees }°
light-inverted = En négatif
light-hint = Pour cette lecture seulement.
light-reset = Rétablir
light-changed = Affichage réglé : ce n’est pas la pièce telle quelle.
key-light = E
loupe = Loupe
key-loupe = O
second-title = Relecture, deuxième écran
second-show = Mettre sur le deuxième écran
second-close = Fermer le deuxième écran
key-second = W
page-single = Une page à la fois
key-single = P
strip = Vignettes, plan et notes
strip-thumbnails = Vignettes
strip-outline = Plan
strip-notes = Notes
key-strip = V
compare = Comparer côte à côte
layout = Disposition des vues
layout-keys = Disposition des vues (1 à 6)
layout-1 = 1 × 1
layout-2 = 1 × 2
layout-3 = 1 + 2
layout-4 = 2 × 2
layout-5 = 1 + 4
layout-6 = 2 × 3
key-compare = C
link-scroll = Faire défiler ensemble
key-link = L
viewport-close = Fermer cette vue
annotate-highlight = Surligner le texte choisi
annotate-box = Encadrer
annotate-box-how = Tracez un cadre sur la page. Échap pour renoncer.
annotate-note = Poser une note
annotate-note-how = Cliquez à l’endroit de la note, ou appuyez encore sur N pour la poser en marge. Échap pour renoncer.
key-highlight = H
key-box = B
key-note = N
annotation-kind = { $kind ->
    [highlight] Passage surligné
    [box] Cadre
    [key_image] Image clé
   *[note] Note
  }
annotation-open = { $kind ->
    [highlight] Passage surligné
    [box] Cadre
    [key_image] Image clé
   *[note] Note
  } : { $text }
annotation-text = Votre note
annotation-hint = Gardée à côté de la pièce, sur ce poste ; ni la patiente ni la plateforme ne la reçoivent.
annotation-erase = Effacer
annotation-cite = Citer dans l’avis
turn = Pivoter la page
turn-all = Pivoter toutes les pages
key-turn-all = Maj+R
table-more = Autres outils
thumbnails = Vignettes
thumbnail = Aller à la page { $page }
cite-page = Citer la page
cite-slice = Citer la coupe
link-slices = Coupes liées par position
# Images
image-tools = Outils des images
tool-window = Fenêtre
tool-zoom = Zoom
tool-pan = Déplacer
tool-distance = Distance
tool-region = Région
tool-angle = Angle
preset = Fenêtrage
preset-own = Réglée
preset-file = De l’examen
preset-automatic = Automatique
preset-abdomen = Abdomen
preset-liver = Foie
preset-mediastinum = Médiastin
preset-lung = Poumon
preset-bone = Os
preset-brain = Cerveau
image-play = Faire défiler comme un film
image-turn = Tourner l’image
image-flip = Retourner l’image
image-invert = Négatif
image-painting = Affichage par le processeur
key-image = Image clé
key-image-mark = Marquer comme image clé
key-image-title = Images clés
key-image-slice = Coupe { $slice }
key-image-frame = Image { $slice }
key-image-key = K
key-image-astray =
  { $count ->
    [one] 1 image clé n’est plus dans la pièce
   *[other] { $count } images clés ne sont plus dans la pièce
  }
image-reset = Remettre l’image comme elle est
key-play = P
key-flip = F
key-invert = N
key-reset = 0
image-unnamed = Sans nom
image-where = Pièce { $piece }, série { $series }
image-thickness = Coupe de { $thickness } mm
image-window = W { $width }, L { $center }
image-inverted = {", négatif"}
image-zoom = Zoom { $zoom }
image-slice = Coupe { $slice } sur { $count }
image-slice-received =
    Coupe { $slice } sur { $count } { $count ->
        [one] reçue
       *[other] reçues
    }
image-frame = Image { $slice } sur { $count }
image-depth = Position { $depth } mm
image-annotated = Du texte est gravé dans l’image
image-spoken = { $label }. { $title }, coupe { $slice } sur { $count }
image-spoken-received = { $label }. { $title }, coupe { $slice } sur { $count } déjà reçues
stack-missing =
    { $count ->
        [one] Il manque 1 coupe
       *[other] Il manque { $count } coupes
    }
stack-duplicates =
    { $count ->
        [one] 1 coupe est à la même place qu’une autre
       *[other] { $count } coupes sont à la même place qu’une autre
    }
stack-copies =
    { $count ->
        [one] 1 fichier en double, montré une fois
       *[other] { $count } fichiers en double, montrés une fois
    }
stack-approximate = Position approchée : les deux examens n’ont pas le même repère
images-coming = Les images arrivent encore.
images-coming-stopped = La réception est arrêtée.
images-coming-next = Vous pourrez citer et marquer quand tout sera là.
images-coming-show = Afficher les images arrivées
images-cut-short = Ce fichier s’arrête avant sa fin : des images peuvent manquer. Demandez un nouvel envoi.
cited-not-received = Ce qui est cité n’est pas encore reçu.
cited-slice-absent = La coupe citée n’est pas parmi ces images.
images-ended = La lecture des images s’est arrêtée
images-ended-next = Rien n’est perdu : rouvrez la pièce pour continuer.
images-reopen = Rouvrir les images
image-flipped = Image retournée : gauche et droite inversées
image-lut = Contraste de l’examen non appliqué : fenêtre approchante
left-out = Non montrés ici : { $what }
left-out-damaged =
    { $count ->
        [one] 1 fichier illisible
       *[other] { $count } fichiers illisibles
    }
left-out-reports =
    { $count ->
        [one] 1 compte rendu
       *[other] { $count } comptes rendus
    }
left-out-waveforms =
    { $count ->
        [one] 1 tracé
       *[other] { $count } tracés
    }
left-out-notes =
    { $count ->
        [one] 1 objet sans image
       *[other] { $count } objets sans image
    }
stack-unplaced = Ordre des numéros : la position n’est pas dans les fichiers
laterality-left = Gauche
laterality-right = Droite
laterality-both = Des deux côtés
measure-calibrated = Étalonné : espacement DICOM
measure-detector = Au détecteur : plus grand que dans le corps
measure-pixels = Non étalonné
measure-angle = Angle
measure-region =
    { $lowest } à { $highest }, aire { $area }
    { $worth }
measure-erase = Effacer la mesure { $value }
trust-source = Qualité d’origine
trust-loading = Image en cours de lecture
trust-damaged = Image endommagée
trust-another = Ne pas s’y fier : autre identité
trust-mixed = Série de plusieurs identités
trust-lossy = Image compressée avec perte
trust-reduced = Valeurs arrondies pour l’affichage
trust-unsupported = Format d’image non lu
trust-ended = Lecture arrêtée
trust-unnamed = Identité absente ou incomplète dans le fichier
trust-uncompared = Identité non vérifiée
series-title = Pièce { $piece }, { $date }
series-list = Séries de la pièce
series-alien = Autre identité
series-unseen = Non vue
modality-ct = Scanner
modality-mr = IRM
modality-us = Échographie
modality-cr = Radiographie
modality-dx = Radiographie
modality-mg = Mammographie
modality-pt = TEP
modality-nm = Scintigraphie
modality-xa = Angiographie
modality-rf = Radioscopie
modality-sc = Capture
modality-ot = Image
modality-es = Endoscopie
modality-op = Photographie du fond d’œil
modality-sm = Microscopie
modality-xc = Photographie
modality-px = Panoramique dentaire
modality-io = Radiographie dentaire
modality-rg = Radiographie
modality-rtdose = Dose de radiothérapie
modality-rtimage = Image de radiothérapie
modality-seg = Segmentation
tabs = Volets du dossier
tab-opinion = Avis
tab-questions = Questions
tab-sheet = Fiche
tab-access = Accès
tab-unanswered = { " " }sans réponse
questions-of = { $sex ->
    [female] Questions de la patiente
   *[male] Questions du patient
  }
sheet-patient = { $sex ->
    [female] Patiente
   *[male] Patient
  }
sheet-name = Nom
sheet-birth = { $sex ->
    [female] Née le
   *[male] Né le
  }
sheet-age = {""}, { $age } ans
sheet-sex = Sexe
sheet-identity = Identité
sheet-identity-qualified = INS qualifiée
sheet-identity-unqualified = INS non qualifiée
sheet-representative-minor = { $lady ->
    [yes] Représentante légale
   *[no] Représentant légal
  }
sheet-representative-protected_adult = { $lady ->
    [yes] Représentante
   *[no] Représentant
  }
sheet-capacity = Qualité
sheet-informed = Information
sheet-informed-value = { $sex ->
    [female] { $name } a été informée le { $date }
   *[male] { $name } a été informé le { $date }
  }
sheet-physician = Médecin traitant
damaged-what = Une partie de ce qui était gardé pour ce dossier a été modifiée ou retirée hors de Relecture.
damaged-next = Relisez votre avis avant de continuer : la dernière version intacte est affichée. Prévenez le service informatique.
sheet-here = Sur ce poste
forget = Oublier ce dossier sur ce poste
forget-detail = { $size } chiffrés. Le dossier reste le vôtre et peut être repris ici ou sur un autre poste.
forget-keep = Garder
forget-confirm = Oublier sur ce poste
forget-confirm-written = Oublier avec ce qui est écrit
sheet-physician-unknown = Non renseigné
sheet-sharing = Envoi de l’avis
access-title = Qui a ouvert ce dossier
access-detail = { $sex ->
    [female] La liste que la patiente peut lire, mot pour mot.
   *[male] La liste que le patient peut lire, mot pour mot.
  }
access-empty = Aucun accès pour l’instant.
access-hour = Heure
access-who = Qui
access-what = Quoi
access-device = Poste
access-server = Serveur
access-other = Accès au dossier
access-assignment-offered = Dossier proposé
access-assignment-accepted = Dossier accepté
access-assignment-declined = Dossier décliné
access-assignment-revoked = Dossier retiré à l’expert
access-assignment-viewed = { $count ->
    [one] Fiche du dossier consultée
   *[other] Fiche du dossier consultée { $count } fois
  }
access-manifest-viewed = { $count ->
    [one] Liste des pièces consultée, sans leur contenu
   *[other] Liste des pièces consultée { $count } fois, sans leur contenu
  }
access-documents-downloaded = { $count ->
    [one] { $count } pièce reçue
   *[other] { $count } pièces reçues
  }
access-assignment-expired = Proposition restée sans réponse
access-assignment-overdue = Échéance dépassée
access-assignment-closed = Dossier clos
access-lease-renewed = Droit de lecture prolongé
access-receipt-viewed = Reçu consulté
access-report-received = Avis signé reçu et vérifié
access-case-admitted = Dossier admis sur la plateforme
access-case-opened = Dossier ouvert
access-case-searched = Recherche dans le dossier
access-piece-opened = { $count ->
    [one] { $count } pièce ouverte
   *[other] { $count } pièces ouvertes
  }
access-page-reached = { $count ->
    [one] { $count } page lue
   *[other] { $count } pages lues
  }
access-piece-copied = { $count ->
    [one] Texte d’une pièce copié
   *[other] Texte d’une pièce copié { $count } fois
  }
access-report-copied = { $count ->
    [one] Texte de l’avis copié
   *[other] Texte de l’avis copié { $count } fois
  }
access-report-opened = Avis signé relu
access-opinion-signed = Avis signé
access-case-erased = Dossier effacé du poste
access-desk-worked-offline = Travail hors connexion commencé
access-journal-damaged = Journal du poste incomplet
access-journal-gap = Journal du poste incomplet
access-journal-altered = Journal du poste modifié
access-offline = hors connexion
access-undelivered = pas encore transmis
access-partial = La plateforme ne répond pas : seuls les accès de ce poste qui ne sont pas encore transmis sont affichés.
access-vault-secret-released = Clé de lecture remise au poste
role-expert = Expert
role-platform = Plateforme

## L'avis

tools = Mise en forme
tool-bold = Gras
tool-italic = Italique
tool-list = Liste
tool-ordered = Liste numérotée
tool-undo = Annuler la frappe
draft-saved = Brouillon enregistré à { $hour }
draft-saving = Enregistrement…
draft-not-saved = Brouillon non enregistré
draft-retried = Nouvel essai toutes les 3 secondes. Ne fermez pas cette fenêtre.
opinion-signed = Avis signé
opinion-closed = Cet avis ne peut plus être modifié
open-receipt = Voir le reçu
question-posed = Question posée
answers-to = { $sex ->
    [female] Réponses à la patiente
   *[male] Réponses au patient
  }
answer-to = Réponse à la question { $number }
answered = Répondu
answer = Répondre
unanswered = Sans réponse
answer-impossible = Ne peut être répondu sur pièces
placeholder-answer = Votre réponse, en mots que le patient comprend.
field-summary = Résumé clinique
placeholder-summary = L’histoire en quelques lignes.
field-analysis = Analyse
placeholder-analysis = Ce que montrent les pièces, avec leurs citations.
field-conclusion = Conclusion
placeholder-conclusion = Lisible par le patient et par son médecin.
field-certainty = Degré de certitude
certainty-high = Élevé
certainty-moderate = Modéré
certainty-low = Faible
field-agreement = Accord avec le premier avis
agreement-agrees = Je le confirme
agreement-partly = Je le confirme en partie
agreement-disagrees = Je propose autre chose
agreement-no_first_opinion = Il n’y a pas eu de premier avis
field-examinations = Examens et avis recommandés
placeholder-examinations = Ce qu’il reste à faire, et auprès de qui.
shortcut-examinations = Aucun
field-gravity = Gravité ou complexité inhabituelle
gravity-no = Non
gravity-yes = Oui
gravity-yes-detail = La plateforme ouvrira un suivi de sécurité
field-limits = Limites
placeholder-limits = Ce que cet avis sur pièces ne permet pas de dire.
shortcut-limits = Avis rendu sur pièces, sans examen clinique.
field-acts = Actes et prescriptions
placeholder-acts = Actes et prescriptions liés à cet avis.
shortcut-acts = Aucun
field-participants = Professionnels ayant participé
placeholder-participants = Confrères consultés pour cet avis.
shortcut-participants = Aucun
field-incidents = Incidents techniques
placeholder-incidents = Pièce illisible, coupure, retard.
shortcut-incidents = Aucun
shortcut-name = Écrire « { $words } » dans { $field }
state-done = Complet
state-writing = En cours
state-todo = Obligatoire
state-todo-write = Obligatoire, à écrire
chip = Pièce { $number }, p. { $page }
chip-slice = Pièce { $number }, coupe { $slice }
left = Reste à faire : { $what }
left-nothing = Tout est rempli et tout est vu
left-answers = { $count ->
    [one] { $count } réponse
   *[other] { $count } réponses
  }
left-sections = { $count } rubriques
left-pieces = { $count ->
    [one] { $count } pièce à voir
   *[other] { $count } pièces à voir
  }
left-summary = le résumé
left-analysis = l’analyse
left-conclusion = la conclusion
left-certainty = la certitude
left-agreement = l’accord avec le premier avis
left-examinations = les examens recommandés
left-gravity = la gravité
left-limits = les limites
left-acts = les actes
left-participants = les participants
left-incidents = les incidents
check-opinion = Vérifier l’avis

## Vérification et signature

back-to-writing = Reprendre la rédaction
steps = Étapes
step-write = Rédiger
step-sign = Vérifier et signer
step-send = Envoyer
signing-left = Vérification
signing-right = Document
check-running = Vérification en cours…
check-blocked = { $count ->
    [one] Une rubrique est vide
   *[other] { $count } rubriques sont vides
  }
check-blocked-detail = L’avis ne peut pas être signé avant qu’elles soient remplies.
check-to-confirm = { $count ->
    [one] Un point à confirmer
   *[other] { $count } points à confirmer
  }
check-to-confirm-detail = Ouvrez la pièce, ou confirmez que vous signez sans elle.
check-clear = Rien ne bloque la signature
check-freeze = Figez le document : vous le relirez tel qu’il sera signé, à l’octet près.
check-read = Relisez le document à droite : c’est lui qui sera signé, à l’octet près.
blocking-title = À remplir
confirm-title = À confirmer
verified-title = Vérifié
write = Écrire
write-field = Écrire { $field }
point-piece_never_opened = Une pièce n’a jamais été ouverte
point-pages_never_seen = Des pages n’ont pas été vues
point-piece_missing = Une pièce attendue n’est pas arrivée
point-piece = Pièce { $number }, { $title }, { $unseen ->
    [one] { $unseen } page non vue
   *[other] { $unseen } pages non vues
  }
point-open = Ouvrir
point-open-name = Ouvrir la pièce { $number }
confirm-piece_never_opened = Je signe sans l’avoir vue, l’avis le précisera
confirm-pages_never_seen = Je signe sans les avoir vues, l’avis le précisera
confirm-piece_missing = Je signe sans elle, l’avis le précisera
verified-fields = Rubriques obligatoires
verified-fields-value = { $filled ->
    [one] { $filled } remplie sur { $total }
   *[other] { $filled } remplies sur { $total }
  }
verified-questions = { $sex ->
    [female] Questions de la patiente
   *[male] Questions du patient
  }
verified-questions-value = { $answers ->
    [one] { $answers } réponse sur { $total }
   *[other] { $answers } réponses sur { $total }
  }
verified-citations = Citations
verified-citations-value = { $count ->
    [0] Aucune
   *[other] { $found } sur { $count } retrouvées
  }
verified-pages = Pages vues
verified-gravity = { $value ->
    [yes] Répondu : oui
    [no] Répondu : non
   *[none] Sans réponse
  }
verified-sharing = Envoi au médecin traitant
verified-sharing-value = { $granted ->
    [yes] Autorisé à { $hour }
   *[no] Refusé à { $hour }
  }
freeze = Figer le document
freeze-busy = Mise en page…
freeze-detail = Vous relirez le document avant de signer.
frozen-title = Document final, figé à { $hour }
frozen-facts = { $pages ->
    [one] { $pages } page
   *[other] { $pages } pages
  }, { $size }, PDF/A-3, version { $version }
frozen-document = Document final
frozen-empty = Le document figé apparaîtra ici, tel qu’il sera signé.
frozen-coming = Mise en page du document…
sha = SHA-256
copy-digest = Copier l’empreinte
proof-title = Pour signer, prouvez à nouveau votre identité
proof-needed = Saisissez votre mot de passe et les six chiffres du code.
certificate = Certificat de ce poste, délivré par la plateforme à { $name }, RPPS { $rpps }.
sign-with-code = Code de ce poste
identity-proved = Identité vérifiée à { $hour }.
sign = Signer et envoyer
sign-busy = Signature en cours…

## Reçu

receipt-title = Reçu
receipt-tag = Avis rendu, version { $version }
receipt-tag-waiting = Signé, pas encore envoyé
receipt-received = La plateforme a bien reçu votre avis
receipt-received-detail = { $sex ->
    [female] La patiente peut le lire depuis { $hour }. Vous n’avez plus rien à faire.
   *[male] Le patient peut le lire depuis { $hour }. Vous n’avez plus rien à faire.
  }
receipt-received-later = { $sex ->
    [female] La patiente pourra le lire { $moment }. Vous n’avez plus rien à faire.
   *[male] Le patient pourra le lire { $moment }. Vous n’avez plus rien à faire.
  }
receipt-waiting = Votre avis est signé, il reste à l’envoyer
receipt-waiting-detail = La plateforme ne l’a pas encore reçu.
receipt-safe = L’avis signé est chiffré sur ce poste. Un nouvel envoi ne crée jamais de doublon.
step-signed = Signé
step-at = { $date }, { $hour }
step-received = Reçu et vérifié
step-received-detail = { $hour }, { $size }
step-sending = Envoyé et reçu
step-sending-detail = Pas encore
step-available = { $sex ->
    [female] À disposition de la patiente
   *[male] À disposition du patient
  }
step-available-since = Depuis { $hour }
step-available-later = Après réception
receipt-reference = Référence
receipt-signature = Signature
receipt-signature-value = Valide, horodatée à { $hour }. { $signer }, RPPS { $rpps }
receipt-file = Empreinte du fichier
receipt-signed = Empreinte signée
receipt-content = Empreinte du contenu
receipt-whole = Voir en entier
receipt-whole-signed = Voir l’empreinte signée en entier
receipt-whole-content = Voir l’empreinte du contenu en entier
receipt-here = Sur ce poste
receipt-here-value = Consultable jusqu’au { $date }, puis effacé et illisible
receipt-back = Retour à mes dossiers
receipt-read = Relire l’avis signé
back-to-receipt = Revenir au reçu
signed-document = Avis signé

## Barre d'état

status-bar = État
status-due = Échéance
status-left = , reste { $duration }
status-late = , en retard de { $duration }
status-unsent = { $count ->
    [one] { $count } envoi en attente
   *[other] { $count } envois en attente
  }
status-sent = Tout est envoyé
status-connected = Connecté
status-reachable = Plateforme joignable
status-unreachable = Plateforme injoignable
status-version = Version { $version }
status-keys = Clavier

## Clavier

key-escape = Échap
key-lock = Ctrl L
key-cite = I
key-turn = R
key-page-up = Page précédente
key-page-down = Page suivante
key-bold = Ctrl+B
key-italic = Ctrl+I
key-undo = Ctrl+Z
keys-title = Clavier
keys-everywhere = Partout
keys-everywhere-panes = D’un volet à l’autre
keys-everywhere-panes-key = F6, Maj+F6
keys-everywhere-main = Action principale
keys-everywhere-main-key = Ctrl+Entrée
keys-everywhere-lock = Verrouiller
keys-everywhere-lock-key = Ctrl+L
keys-everywhere-close = Fermer
keys-everywhere-close-key = Échap
keys-everywhere-help = Cette aide
keys-everywhere-help-key = F1
keys-case = Dans le dossier
keys-case-search = Chercher dans le dossier
keys-case-search-key = Ctrl+F
keys-case-tabs = Avis, Questions, Fiche, Accès
keys-case-tabs-key = Alt+1 à Alt+4
keys-case-fold = Replier les pièces
keys-case-fold-key = Ctrl+B
keys-case-next = Prochaine rubrique à remplir
keys-case-next-key = F8
keys-case-pieces = Pièce précédente, suivante
keys-case-pieces-key = Ctrl+←, Ctrl+→
keys-table = Sur la table de lecture
keys-table-pages = Page précédente, suivante
keys-table-pages-key = PgPréc, PgSuiv
keys-table-ends = Première, dernière page
keys-table-ends-key = Origine, Fin
keys-table-zoom = Agrandir, réduire
keys-table-zoom-key = Ctrl +, Ctrl −
keys-table-fit = Ajuster à la largeur
keys-table-fit-key = 0
keys-table-turn = Pivoter
keys-table-turn-key = R
keys-table-light = Éclairage et redressement
keys-table-light-key = E
keys-table-loupe = Loupe sous le pointeur
keys-table-loupe-key = O
keys-table-single = Une page à la fois
keys-table-single-key = P
keys-table-strip = Vignettes, plan, notes
keys-table-strip-key = V
keys-table-compare = Comparer, ou une seule vue
keys-table-compare-key = C
keys-table-viewports = Une à six vues
keys-table-viewports-key = 1 à 6
keys-table-next = D’une vue à l’autre
keys-table-next-key = Alt+←, Alt+→
keys-table-date = Corriger la date de la pièce
keys-table-date-key = D
keys-table-second = Mettre sur le deuxième écran
keys-table-second-key = W
keys-table-link = Faire défiler ensemble
keys-table-link-key = L
keys-table-mark = Surligner, encadrer, noter
keys-table-mark-key = H, B, N
keys-table-copy = Choisir, copier le texte de la page
keys-table-copy-key = Ctrl+A, Ctrl+C
keys-table-cite = Citer la page
keys-table-cite-key = I
keys-images = Sur une image
keys-images-slice = Coupe précédente, suivante
keys-images-slice-key = ↑, ↓
keys-images-ten = Dix coupes plus haut, plus bas
keys-images-ten-key = PgPréc, PgSuiv
keys-images-series = Série précédente, suivante
keys-images-series-key = ←, →
keys-images-tools = Fenêtre, zoom, déplacer, distance, région, angle
keys-images-tools-key = W, Z, M, D, R, A
keys-images-loupe = Loupe sous le pointeur
keys-images-loupe-key = O
keys-images-pose = Tourner, retourner, négatif
keys-images-pose-key = Maj+R, F, N
keys-images-film = Faire défiler comme un film
keys-images-film-key = P, Espace
keys-images-reset = Remettre l’image comme elle est
keys-images-reset-key = 0
keys-images-key = Marquer comme image clé
keys-images-key-key = K
keys-images-next = Image clé suivante
keys-images-next-key = Maj+K
keys-images-cite = Citer la coupe
keys-images-cite-key = I
keys-text = Dans l’avis
keys-text-bold = Gras
keys-text-bold-key = Ctrl+B
keys-text-italic = Italique
keys-text-italic-key = Ctrl+I
keys-text-undo = Annuler la frappe
keys-text-undo-key = Ctrl+Z
keys-text-chip = Aller à la source choisie
keys-text-chip-key = Entrée

## Failures: what happened, then what to do. One pair for every code of crates/bridge/src/failure.rs.

failure-reference = Référence { $reference }
failure-invalid-credentials = L’adresse, le mot de passe ou le code n’est pas le bon.
failure-invalid-credentials-next = { $attempts ->
    [-1] Vérifiez-les, puis réessayez.
    [0] C’était le dernier essai : appelez l’assistance de la plateforme.
    [one] Il reste 1 essai avant le blocage du compte.
   *[other] Il reste { $attempts } essais avant le blocage du compte.
  }
failure-clock-skewed = Ce code est celui d’un autre moment : l’horloge de votre téléphone n’est pas à l’heure.
failure-clock-skewed-next = { $attempts ->
    [-1] Réglez-la sur l’heure automatique, puis saisissez un nouveau code.
    [0] C’était le dernier essai : appelez l’assistance de la plateforme.
    [one] Réglez-la sur l’heure automatique, puis saisissez un nouveau code. Il reste 1 essai.
   *[other] Réglez-la sur l’heure automatique, puis saisissez un nouveau code. Il reste { $attempts } essais.
  }
failure-account-locked = Le compte est bloqué après plusieurs essais.
failure-account-locked-next = Demandez à l’équipe de la plateforme de le rouvrir. Votre travail est gardé.
failure-identity-unknown = Aucun compte de la plateforme ne porte votre numéro national.
failure-identity-unknown-next = Vérifiez que vous êtes inscrit comme expert, ou appelez l’assistance de la plateforme.
failure-not-a-physician = Pro Santé Connect ne vous connaît pas d’exercice de médecin.
failure-not-a-physician-next = Vérifiez votre situation auprès de votre ordre, puis réessayez.
failure-assurance-too-low = Cette connexion n’est pas assez sûre pour lire des dossiers.
failure-assurance-too-low-next = Recommencez avec votre carte CPS ou l’application e-CPS.
failure-identity-refused = Pro Santé Connect n’a pas confirmé votre identité.
failure-identity-refused-next = Recommencez, et validez la demande sur la page, la carte ou le téléphone.
failure-passkey-refused = La plateforme n’a pas reconnu cette clé d’accès.
failure-passkey-refused-next = Prenez une clé que vous avez ajoutée dans « Mes postes », ou connectez-vous autrement.
failure-passkeys-too-many = Vous avez déjà dix clés d’accès.
failure-passkeys-too-many-next = Retirez-en une que vous n’utilisez plus, puis recommencez.
failure-sign-in-expired = La connexion n’a pas été terminée à temps.
failure-sign-in-expired-next = Recommencez.
failure-sign-in-given-up = La connexion a été abandonnée.
failure-sign-in-given-up-next = Recommencez quand vous voulez.
failure-sign-in-method-off = Cette plateforme ne propose pas cette façon de se connecter.
failure-sign-in-method-off-next = Choisissez-en une autre.
failure-identity-provider-unavailable = Pro Santé Connect ne répond pas.
failure-identity-provider-unavailable-next = Réessayez dans quelques minutes, ou connectez-vous autrement.
failure-browser-failed = Le navigateur de ce poste ne s’est pas ouvert.
failure-browser-failed-next = Choisissez la connexion sans navigateur, ou appelez votre service informatique.
failure-too-many-requests = Trop de demandes en peu de temps.
failure-too-many-requests-next = Attendez dix minutes, puis réessayez.
failure-password-change-required = Votre mot de passe est à remplacer.
failure-password-change-required-next = Déconnectez-vous, puis reconnectez-vous : Relecture vous en demandera un nouveau.
failure-password-weak = { $reason ->
    [common] Ce mot de passe se devine trop vite.
    [same] C’est le mot de passe que vous remplacez.
   *[rules] Ce mot de passe ne suit pas les règles.
  }
failure-password-weak-next = Choisissez-en un autre, sans votre nom ni mot courant.
failure-session-ended = Votre session est terminée.
failure-session-ended-next = Reconnectez-vous. Votre travail est enregistré.
failure-totp-enrolment-required = Votre application d’authentification reste à ajouter.
failure-totp-enrolment-required-next = Ajoutez-la, puis saisissez son premier code.
failure-totp-enrolment-over = L’ajout de l’application d’authentification n’a pas abouti.
failure-totp-enrolment-over-next = Recommencez avec votre mot de passe.
failure-device-revoked = Ce poste a été révoqué : ses dossiers sont effacés.
failure-device-revoked-next = Si vous l’utilisez encore, reconnectez-vous : il sera enregistré à nouveau.
failure-unlock-code-wrong = Ce code n’est pas le bon.
failure-unlock-code-wrong-next = { $attempts ->
    [one] Il reste 1 essai avant une connexion complète.
   *[other] Il reste { $attempts } essais avant une connexion complète.
  }
failure-unlock-impossible = Ce poste ne peut plus être rouvert par le code.
failure-unlock-impossible-next = Connectez-vous avec votre mot de passe et un code à six chiffres. Votre travail est enregistré.
failure-no-lease = Aucun dossier ne peut être lu sans la plateforme sur ce poste.
failure-no-lease-next = Connectez-vous quand elle répondra. Ce que vous avez écrit est enregistré.
failure-lease-over = Le délai de lecture hors connexion de ce dossier est passé.
failure-lease-over-next = Connectez-vous : il s’ouvrira de nouveau, avec ce que vous avez écrit.
failure-unlock-code-weak = Ce code est trop facile à deviner.
failure-unlock-code-weak-next = Prenez au moins huit caractères variés, sans suite ni répétition.
failure-authentication-too-old = Votre dernière preuve d’identité est trop ancienne pour signer.
failure-authentication-too-old-next = Saisissez à nouveau votre mot de passe et le code à six chiffres.
failure-platform-unreachable = La plateforme ne répond pas.
failure-platform-unreachable-next = Vérifiez le réseau de ce poste, puis réessayez. Rien n’est perdu.
failure-platform-untrusted = Ce poste n’a pas pu s’assurer qu’il parle bien à la plateforme.
failure-platform-untrusted-next = N’insistez pas sur ce réseau. Prévenez le service informatique.
page-truncated = Ce fichier s’arrête avant sa fin : ce qui manque est en gris. Demandez un nouvel envoi.
page-cut-short = La suite de ce document n’est pas affichée : il est trop long. Demandez-le en PDF.
page-laid-out = Mis en page par Relecture ; l’original peut différer.
second-start = Relecture était déjà ouvert : voici sa fenêtre.
failure-platform-not-configured = Aucune plateforme n’est indiquée sur ce poste.
failure-platform-not-configured-next = Demandez au service informatique de renseigner l’adresse de votre plateforme.
failure-platform-fault = La plateforme a rencontré une panne.
failure-platform-fault-next = Réessayez dans quelques minutes. Rien n’est perdu.
failure-client-too-old = Cette version de Relecture est trop ancienne pour la plateforme.
failure-client-too-old-next = Demandez sa mise à jour au service informatique.
failure-key-store-missing = Le trousseau de clés de ce poste ne répond pas.
failure-key-store-missing-next = Ouvrez une session ordinaire sur ce poste, ou prévenez le service informatique.
failure-key-store-locked = Le trousseau de clés de ce poste est verrouillé.
failure-key-store-locked-next = Déverrouillez-le, puis réessayez.
failure-vault-damaged = Les dossiers chiffrés de ce poste ne s’ouvrent plus.
failure-vault-damaged-next = Appelez l’assistance avant toute autre action : un brouillon non envoyé peut y être.
failure-disk-full = Le disque de ce poste est plein.
failure-disk-full-next = Libérez de la place, puis reprenez. Ce qui est déjà enregistré est intact.
failure-no-room = Ce poste n’a plus assez de place pour cette pièce.
failure-no-room-next = Libérez de la place sur le disque ou oubliez un dossier sur ce poste, puis reprenez la réception.
failure-disk-fault = Le disque de ce poste refuse de lire ou d’écrire.
failure-disk-fault-next = Réessayez. Si cela recommence, prévenez le service informatique.
failure-vault-in-use = Une autre fenêtre de Relecture tient déjà les dossiers.
failure-vault-in-use-next = Fermez l’autre fenêtre, puis réessayez.
failure-piece-not-received = Cette pièce n’est pas encore sur ce poste.
failure-piece-not-received-next = Lancez sa réception, ou lisez les autres pièces en attendant.
failure-piece-altered = Cette pièce est arrivée altérée.
failure-piece-altered-next = Ses octets ne sont pas ceux que la plateforme annonce. Recevez-la à nouveau.
failure-piece-empty = Cette pièce est un fichier vide.
failure-piece-empty-next = Mentionnez-le dans les limites de l’avis, et signalez-le à la plateforme.
failure-piece-unknown-format = Cette pièce n’est dans aucun format que Relecture sait lire.
failure-piece-unknown-format-next = Signalez-le à la plateforme, qui demandera un autre format.
failure-piece-damaged = Cette pièce est abîmée et ne peut pas être affichée.
failure-piece-damaged-next = Signalez-le à la plateforme, qui demandera un nouvel envoi. Mentionnez-le dans les limites de l’avis.
failure-piece-password-protected = Cette pièce est protégée par un mot de passe.
failure-piece-password-protected-next = Saisissez-le si vous l’avez. Sinon, demandez à la plateforme une version sans mot de passe.
failure-piece-password-wrong = Ce mot de passe n’ouvre pas la pièce.
failure-piece-password-wrong-next = Vérifiez-le, puis réessayez. Sinon, demandez à la plateforme une version sans mot de passe.
failure-piece-too-large = { $width ->
    [0] Cette image est trop grande pour être affichée.
   *[other] Cette image de { $width } × { $height } pixels est trop grande pour être affichée.
  }
failure-piece-too-large-next = Signalez-le à la plateforme, qui demandera une version plus petite.
failure-piece-too-long = Ce document est trop long pour être affiché.
failure-piece-too-long-next = Signalez-le à la plateforme, qui demandera à le recevoir en plusieurs parties.
failure-piece-heif = Cette pièce est une photo HEIC ou AVIF, des formats de téléphone que Relecture n’affiche pas.
failure-piece-heif-next = Demandez au patient de l’envoyer en JPEG. Mentionnez-le dans les limites de l’avis si elle manque.
failure-piece-video = Cette pièce est une vidéo, que Relecture n’affiche pas.
failure-piece-video-next = Demandez au patient des images fixes ou un compte rendu de ce qu’elle montre. Mentionnez-le dans les limites de l’avis.
failure-piece-audio = Cette pièce est un enregistrement sonore, que Relecture ne lit pas.
failure-piece-audio-next = Demandez au patient d’écrire ce qu’il contient. Mentionnez-le dans les limites de l’avis.
failure-piece-old-office = Cette pièce est un ancien fichier Office (.doc, .xls, .ppt) ou un message Outlook.
failure-piece-old-office-next = Demandez au patient de l’enregistrer en PDF et de l’envoyer à nouveau.
failure-piece-office-protected = Cette pièce est un document Word ou LibreOffice protégé par un mot de passe.
failure-piece-office-protected-next = Demandez au patient de l’envoyer en PDF, sans mot de passe.
failure-piece-spreadsheet = Cette pièce est un tableur, que Relecture n’affiche pas.
failure-piece-spreadsheet-next = Demandez au patient de l’enregistrer en PDF et de l’envoyer à nouveau.
failure-piece-presentation = Cette pièce est un diaporama ou un dessin, que Relecture n’affiche pas.
failure-piece-presentation-next = Demandez au patient de l’enregistrer en PDF et de l’envoyer à nouveau.
failure-piece-dicom = Ce fichier DICOM ne contient pas d’image que Relecture sache afficher.
failure-piece-dicom-next = Demandez au patient le compte rendu de l’examen ou ses images en JPEG. Mentionnez-le dans les limites de l’avis.
failure-piece-archive = Cette pièce est une archive (RAR, 7z, tar) que Relecture n’ouvre pas.
failure-piece-archive-next = Demandez au patient d’envoyer les fichiers un par un, ou dans une archive ZIP.
failure-piece-archive-protected = Cette pièce est une archive ZIP protégée par un mot de passe.
failure-piece-archive-protected-next = Demandez au patient de l’envoyer sans mot de passe, ou d’envoyer les fichiers un par un.
failure-piece-archive-empty = Cette archive ne contient aucun document que Relecture sait afficher.
failure-piece-archive-empty-next = Demandez au patient d’envoyer ses documents en PDF ou en JPEG.
failure-piece-program = Cette pièce est un programme et non un document. Elle n’a pas été lancée.
failure-piece-program-next = Demandez au patient ce qu’il voulait envoyer, en PDF ou en JPEG, et signalez-le à la plateforme.
failure-reader-stopped = Le lecteur de cette pièce s’est arrêté.
failure-reader-stopped-next = Relecture n’est pas touchée. Réessayez ; si cela recommence, signalez la pièce à la plateforme.
failure-reader-too-slow = Cette pièce est trop longue à lire, le lecteur a été arrêté.
failure-reader-too-slow-next = Réessayez ; si cela recommence, signalez la pièce à la plateforme.
failure-reader-missing = Le lecteur de pièces n’a pas pu démarrer.
failure-reader-missing-next = Fermez puis rouvrez Relecture. Si cela recommence, prévenez le service informatique.
failure-case-gone = Ce dossier ne vous est plus confié.
failure-case-gone-next = Revenez à vos dossiers. Pour en savoir plus, appelez la plateforme.
failure-case-withdrawn = Le consentement a été retiré.
failure-case-withdrawn-next = Le dossier est effacé de ce poste ; vous n’avez rien à faire.
failure-case-unsent = Un envoi de ce dossier attend encore.
failure-case-unsent-next = Attendez qu’il soit parti, puis oubliez le dossier.
failure-case-written = Ce que vous avez écrit dans ce dossier n’est que sur ce poste.
failure-case-written-next = Si vous l’oubliez maintenant, votre texte et vos marques de lecture sont perdus.
failure-state-conflict = Ce dossier a changé sur la plateforme entre-temps.
failure-state-conflict-next = Revenez à vos dossiers, puis rouvrez-le.
failure-opinion-incomplete = Une rubrique obligatoire est vide.
failure-opinion-incomplete-next = Remplissez-la, puis vérifiez à nouveau l’avis.
failure-opinion-unconfirmed = Un point reste à confirmer.
failure-opinion-unconfirmed-next = Confirmez-le, ou ouvrez la pièce concernée.
failure-opinion-unreadable = Le texte contient une mise en forme que l’avis n’accepte pas.
failure-opinion-unreadable-next = Annulez la dernière frappe, puis écrivez sans coller de mise en forme.
failure-opinion-changed = L’avis a changé depuis que le document a été figé.
failure-opinion-changed-next = Figez le document à nouveau, puis relisez-le.
failure-report-not-typeset = Le document n’a pas pu être mis en page.
failure-report-not-typeset-next = Réessayez. Si cela recommence, appelez l’assistance : votre avis est enregistré.
failure-signature-failed = La signature n’a pas pu être faite.
failure-signature-failed-next = Réessayez. Si cela recommence, appelez l’assistance : votre avis est enregistré.
failure-certificate-expired = Le certificat de ce poste a expiré.
failure-certificate-expired-next = Reconnectez-vous pour le renouveler, votre avis est conservé.
failure-signature-refused = { $reason ->
    [altered] La plateforme a reçu un document différent de celui que vous avez signé.
    [expired] La plateforme a refusé la signature : le certificat a expiré.
    [revoked] La plateforme a refusé la signature : le certificat a été révoqué.
    [wrong-signer] La plateforme a refusé la signature : le signataire n’est pas l’expert désigné.
    [wrong-case] La plateforme a refusé la signature : elle porte sur un autre dossier.
   *[untrusted] La plateforme n’a pas reconnu la signature.
  }
failure-signature-refused-next = { $reason ->
    [altered] Réessayez l’envoi. Si cela recommence, appelez l’assistance.
    [expired] Reconnectez-vous pour renouveler le certificat, puis signez à nouveau.
   *[other] Appelez l’assistance de la plateforme. Votre avis est conservé.
  }
failure-receipt-invalid = Le reçu n’est pas celui de la plateforme.
failure-receipt-invalid-next = Ne considérez pas l’avis comme remis. Réessayez, ou appelez l’assistance.
failure-timestamp-invalid = L’horodatage reçu ne prouve pas l’heure de votre signature.
failure-timestamp-invalid-next = L’avis signé est gardé sur ce poste. Réessayez l’envoi, ou appelez l’assistance.
failure-too-many-annotations = Ce dossier porte déjà 2 000 annotations : celle-ci n’a pas été gardée.
failure-too-many-annotations-next = Effacez celles qui ne servent plus, puis recommencez.
failure-date-in-future = Cette date est dans l’avenir : elle n’a pas été gardée.
failure-date-in-future-next = Écrivez la date à laquelle l’acte a été fait.
failure-internal = Relecture a rencontré une panne.
failure-internal-next = Réessayez. Si cela recommence, donnez la référence à l’assistance.
